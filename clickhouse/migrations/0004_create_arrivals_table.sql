-- The log that settling follows, in order of arrival: new spans are read here once, in the order in which they came, and never
-- looked for in `spans`, where those of a moment lie scattered over the key. Written fast rather than small. The worker drops
-- the hours that it has read; what is unread stays for a day, and a worker that was away for longer lists what it missed from `spans`.
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
    rule UInt8 CODEC(LZ4),
    status Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(LZ4),
    step_name LowCardinality(String) CODEC(LZ4),
    step_type LowCardinality(String) CODEC(LZ4),
    rows_total Nullable(UInt64) CODEC(LZ4),
    rows_returned Nullable(UInt64) CODEC(LZ4),
    provider LowCardinality(String) CODEC(LZ4),
    execution_kind LowCardinality(String) CODEC(LZ4),
    execution_id String CODEC(LZ4),
    instance LowCardinality(String) CODEC(LZ4),
    workflow_id LowCardinality(String) CODEC(LZ4),
    workflow_name LowCardinality(String) CODEC(LZ4),
    workflow_version LowCardinality(String) CODEC(LZ4),
    status_explicit UInt8 CODEC(LZ4),
    mode LowCardinality(String) CODEC(LZ4),
    environment LowCardinality(String) CODEC(LZ4),
    user_id String CODEC(LZ4),
    conversation_id String CODEC(LZ4),
    error_type LowCardinality(String) CODEC(LZ4),
    error_message String CODEC(LZ4),
    error_stack String CODEC(LZ4),
    response_status_code LowCardinality(String) CODEC(LZ4),
    database_type LowCardinality(String) CODEC(LZ4),
    parent_execution_id String CODEC(LZ4),
    retry_of String CODEC(LZ4),
    replay_of String CODEC(LZ4),
    attempt UInt16 CODEC(LZ4),
    queued_at Nullable(DateTime64(9)) CODEC(LZ4),
    expected_end_at Nullable(DateTime64(9)) CODEC(LZ4),
    progress Nullable(Float32) CODEC(LZ4),
    query String CODEC(LZ4),
    input_key LowCardinality(String) CODEC(LZ4),
    output_key LowCardinality(String) CODEC(LZ4),
    attributes_json String CODEC(LZ4),
    attributes Map(LowCardinality(String), String) ALIAS JSONExtract(attributes_json, 'Map(String, String)')
)
ENGINE = MergeTree
PARTITION BY toStartOfHour(arrived_at, 'UTC')
ORDER BY arrived_at
TTL toDateTime(arrived_at) + INTERVAL 1 DAY
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000
