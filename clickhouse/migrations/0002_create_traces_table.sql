-- Where the spans of a trace lie: its time range and services make the key range in `spans`. Small granules, because it is
-- only ever read by trace id.
CREATE TABLE IF NOT EXISTS traces
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    first_started_at SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    last_started_at SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    services SimpleAggregateFunction(groupUniqArrayArray, Array(String)) CODEC(ZSTD(1)),
    spans SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    markers SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, trace_id)
SETTINGS index_granularity = 256, merge_selector_base = 12, non_replicated_deduplication_window = 10000
