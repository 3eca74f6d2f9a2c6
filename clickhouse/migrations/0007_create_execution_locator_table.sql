-- The fixed place of every execution, and the traces it was seen in: found by execution id. Every anchor that was ever written
-- is kept, so that two workers which chose different ones at the same moment can still agree on the smallest.
CREATE TABLE IF NOT EXISTS execution_locator
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    execution_id String CODEC(ZSTD(1)),
    instance LowCardinality(String) CODEC(ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    anchor_at SimpleAggregateFunction(min, DateTime64(6)) CODEC(ZSTD(1)),
    anchors SimpleAggregateFunction(groupUniqArrayArray, Array(DateTime64(6))) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, execution_id, instance, trace_id)
SETTINGS index_granularity = 256, merge_selector_base = 12
