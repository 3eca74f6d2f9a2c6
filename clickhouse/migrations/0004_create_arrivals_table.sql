-- The log that settling follows, in order of arrival: new spans are read here once, in the order in which they came, and never
-- looked for in `spans`, where those of a moment lie scattered over the key. Written fast rather than small, and merged only as far as
-- keeps the number of parts in bounds: what is read once is not worth more. The worker drops what it has read, ten minutes at a time;
-- what is unread stays for a day, and a worker that was away for longer lists what it missed from `spans`.
CREATE TABLE IF NOT EXISTS arrivals
(
    arrived_at DateTime64(6) CODEC(Delta, LZ4),
    tenant LowCardinality(String) CODEC(LZ4),
    trace_id FixedString(16) CODEC(LZ4),
    span_id FixedString(8) CODEC(LZ4),
    parent_span_id FixedString(8) CODEC(LZ4),
    received_at DateTime64(3) CODEC(LZ4),
    name LowCardinality(String) CODEC(LZ4),
    kind UInt8 CODEC(LZ4),
    started_at DateTime64(9) CODEC(LZ4),
    ended_at DateTime64(9) CODEC(LZ4),
    status_code UInt8 CODEC(LZ4),
    service LowCardinality(String) CODEC(LZ4),
    role Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4) CODEC(LZ4),
    status Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(LZ4),
    labels_json LowCardinality(String) CODEC(LZ4),
    fields_json String CODEC(LZ4),
    attribute_values String CODEC(LZ4)
)
ENGINE = MergeTree
PARTITION BY toStartOfTenMinutes(arrived_at, 'UTC')
ORDER BY arrived_at
TTL toDateTime(arrived_at) + INTERVAL 1 DAY
SETTINGS ttl_only_drop_parts = 1, max_bytes_to_merge_at_max_space_in_pool = 8388608, non_replicated_deduplication_window = 10000
