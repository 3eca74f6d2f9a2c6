-- error_hours by day, as execution_days is of execution_hours, without samples.
CREATE TABLE IF NOT EXISTS error_days
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    day DateTime CODEC(Delta, ZSTD(1)),
    error_fingerprint LowCardinality(String) CODEC(ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    environment LowCardinality(String) CODEC(ZSTD(1)),
    workflow_id LowCardinality(String) CODEC(ZSTD(1)),
    workflow_name LowCardinality(String) CODEC(ZSTD(1)),
    error_type LowCardinality(String) CODEC(ZSTD(1)),
    error_class LowCardinality(String) CODEC(ZSTD(1)),
    failed_step LowCardinality(String) CODEC(ZSTD(1)),
    users Array(FixedString(16)) CODEC(ZSTD(1)),
    first_started_at DateTime64(9) CODEC(Delta, ZSTD(1)),
    executions UInt64 CODEC(T64, ZSTD(1)),
    durations UInt64 CODEC(T64, ZSTD(1)),
    duration_ms_sum Float64 CODEC(ZSTD(1)),
    duration_ms_max Float64 CODEC(ZSTD(1)),
    duration_bucket AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    last_started_at DateTime64(9) CODEC(Delta, ZSTD(1)),
    generation UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(day, 'UTC')
ORDER BY (tenant, error_fingerprint, day, kind, environment, workflow_id)
SETTINGS index_granularity = 256
