-- execution_hours by day, for ranges of weeks: a percentile over two hundred workflows and a month merges 24 times fewer states. Rebuilt from
-- those hours, before the last of those that waited counts as rebuilt.
CREATE TABLE IF NOT EXISTS execution_days
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    day DateTime CODEC(Delta, ZSTD(1)),
    kind LowCardinality(String) CODEC(ZSTD(1)),
    environment LowCardinality(String) CODEC(ZSTD(1)),
    workflow_id LowCardinality(String) CODEC(ZSTD(1)),
    status Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    workflow_name LowCardinality(String) CODEC(ZSTD(1)),
    failed_users Array(FixedString(16)) CODEC(ZSTD(1)),
    executions UInt64 CODEC(T64, ZSTD(1)),
    queue_ms_sum Float64 CODEC(ZSTD(1)),
    rows_total_sum UInt64 CODEC(T64, ZSTD(1)),
    durations UInt64 CODEC(T64, ZSTD(1)),
    duration_ms_sum Float64 CODEC(ZSTD(1)),
    duration_ms_max Float64 CODEC(ZSTD(1)),
    duration_bucket AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    last_started_at DateTime64(9) CODEC(Delta, ZSTD(1)),
    generation UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(day, 'UTC')
ORDER BY (tenant, day, kind, environment, workflow_id, status)
SETTINGS index_granularity = 256
