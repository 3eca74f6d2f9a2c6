-- Every data point of a metric as it was sent. The stream of a metric is one range of the key, in order of time. The key ends in a hash of
-- what the point says: one that is sent again replaces itself, two that differ stay both, in whatever order they come.
CREATE TABLE IF NOT EXISTS metric_points
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    received_at DateTime64(3) CODEC(Delta, ZSTD(1)),
    metric LowCardinality(String) CODEC(ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    series UInt64 CODEC(ZSTD(1)),
    time DateTime64(9) CODEC(DoubleDelta, ZSTD(1)),
    start_time DateTime64(9) CODEC(Delta, ZSTD(1)),
    kind Enum8('gauge' = 1, 'sum' = 2, 'histogram' = 3, 'exponential_histogram' = 4, 'summary' = 5) CODEC(ZSTD(1)),
    value Nullable(Float64) CODEC(ZSTD(1)),
    count UInt64 CODEC(T64, ZSTD(1)),
    sum Nullable(Float64) CODEC(ZSTD(1)),
    min Nullable(Float64) CODEC(ZSTD(1)),
    max Nullable(Float64) CODEC(ZSTD(1)),
    series_json LowCardinality(String) CODEC(ZSTD(1)),
    metric_json LowCardinality(String) CODEC(ZSTD(1)),
    point_json String CODEC(ZSTD(1)),
    scope_json LowCardinality(String) CODEC(ZSTD(1)),
    resource_json LowCardinality(String) CODEC(ZSTD(1)),
    INDEX by_time time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(time, 'UTC')
ORDER BY (tenant, metric, service, series, time, sipHash64(start_time, kind, ifNull(value, 0), count, ifNull(sum, 0), ifNull(min, 0), ifNull(max, 0), isNull(value) + 2 * isNull(sum) + 4 * isNull(min) + 8 * isNull(max), point_json))
TTL toDateTime(received_at) + INTERVAL 30 DAY
SETTINGS merge_selector_base = 12, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
