-- Failures by what failed, workflow and the hour of their execution, with the newest of each, so that lists of errors over long ranges and the
-- first time that an error was seen need not look at the executions. Rebuilt with that hour, as execution_hours is. What failed
-- comes first in the key: most questions are about some groups, over all hours.
CREATE TABLE IF NOT EXISTS error_hours
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    hour DateTime CODEC(Delta, ZSTD(1)),
    error_fingerprint LowCardinality(String) CODEC(ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    environment LowCardinality(String) CODEC(ZSTD(1)),
    workflow_id LowCardinality(String) CODEC(ZSTD(1)),
    workflow_name LowCardinality(String) CODEC(ZSTD(1)),
    error_type LowCardinality(String) CODEC(ZSTD(1)),
    error_class LowCardinality(String) CODEC(ZSTD(1)),
    failed_step LowCardinality(String) CODEC(ZSTD(1)),
    users Array(FixedString(16)) CODEC(ZSTD(1)),
    samples Array(Tuple(Int64, String, String, String)) CODEC(ZSTD(1)),
    first_started_at DateTime64(9) CODEC(Delta, ZSTD(1)),
    executions UInt64 CODEC(T64, ZSTD(1)),
    durations UInt64 CODEC(T64, ZSTD(1)),
    duration_ms_sum Float64 CODEC(ZSTD(1)),
    duration_ms_max Float64 CODEC(ZSTD(1)),
    duration_bucket AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    last_started_at DateTime64(9) CODEC(Delta, ZSTD(1)),
    generation UInt64 CODEC(T64, ZSTD(1)),
    INDEX by_hour hour TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(hour, 'UTC')
ORDER BY (tenant, error_fingerprint, hour, kind, environment, workflow_id)
SETTINGS index_granularity = 256
