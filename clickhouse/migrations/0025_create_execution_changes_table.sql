-- The log of the versions of executions, which live streams follow and go on in after a restart: append-only, in the order in which rows
-- became visible, which ClickHouse's own block numbers tell. Kept for a day.
CREATE TABLE IF NOT EXISTS execution_changes
(
    changed_at DateTime64(6) CODEC(Delta, LZ4),
    tenant LowCardinality(String) CODEC(LZ4),
    execution_id String CODEC(LZ4),
    instance LowCardinality(String) CODEC(LZ4),
    kind LowCardinality(String) CODEC(LZ4),
    provider LowCardinality(String) CODEC(LZ4),
    workflow_id LowCardinality(String) CODEC(LZ4),
    workflow_name LowCardinality(String) CODEC(LZ4),
    environment LowCardinality(String) CODEC(LZ4),
    service LowCardinality(String) CODEC(LZ4),
    user_id String CODEC(LZ4),
    conversation_id String CODEC(LZ4),
    status Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(LZ4),
    previous_status Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(LZ4),
    started_at DateTime64(9) CODEC(LZ4),
    ended_at Nullable(DateTime64(9)) CODEC(LZ4),
    duration_ms Nullable(Float64) CODEC(LZ4),
    progress Nullable(Float32) CODEC(LZ4),
    version UInt64 CODEC(LZ4)
)
ENGINE = MergeTree
PARTITION BY toStartOfHour(changed_at, 'UTC')
ORDER BY changed_at
TTL toDateTime(changed_at) + INTERVAL 1 DAY
SETTINGS ttl_only_drop_parts = 1, max_bytes_to_merge_at_max_space_in_pool = 8388608, enable_block_number_column = 1, enable_block_offset_column = 1, non_replicated_deduplication_window = 10000
