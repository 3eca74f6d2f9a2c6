-- Steps by minute: counts and percentiles without reading a span.
CREATE TABLE IF NOT EXISTS step_minutes
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    minute DateTime CODEC(Delta, ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    provider LowCardinality(String) CODEC(ZSTD(1)),
    workflow_id LowCardinality(String) CODEC(ZSTD(1)),
    step_type LowCardinality(String) CODEC(ZSTD(1)),
    step_name LowCardinality(String) CODEC(ZSTD(1)),
    status Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    steps SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    durations SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    duration_ms_sum SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    duration_ms_max SimpleAggregateFunction(max, Float64) CODEC(ZSTD(1)),
    duration_bucket AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    last_started_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    rows_returned_sum SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toDate(minute, 'UTC')
ORDER BY (tenant, minute, service, provider, workflow_id, step_type, step_name, status)
SETTINGS index_granularity = 256, non_replicated_deduplication_window = 10000
