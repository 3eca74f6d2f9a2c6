-- By what executions are looked for, and where they lie: in order of what is asked, in one table, where a filter would search each day of executions.
-- Everything is in the key: a row is what some version said. Whoever reads asks executions whether its newest still does.
CREATE TABLE IF NOT EXISTS execution_terms
(
    tenant LowCardinality(String) CODEC(LZ4),
    term Enum8('user_id' = 1, 'conversation_id' = 2, 'parent_execution_id' = 3) CODEC(LZ4),
    value String CODEC(LZ4),
    anchor_at DateTime64(6) CODEC(Delta, LZ4),
    execution_id String CODEC(LZ4),
    instance LowCardinality(String) CODEC(LZ4),
    started_offset_ns Int64 CODEC(LZ4),
    is_open UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, term, value, anchor_at, execution_id, instance, started_offset_ns, is_open)
SETTINGS index_granularity = 256, merge_selector_base = 12
