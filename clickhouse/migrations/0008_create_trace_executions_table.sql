-- The same by trace: which executions a trace ever produced. Settling reads it to find the ones that no longer follow from it.
CREATE TABLE IF NOT EXISTS trace_executions
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    execution_id String CODEC(ZSTD(1)),
    instance LowCardinality(String) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, trace_id, execution_id, instance)
SETTINGS index_granularity = 256, merge_selector_base = 12
