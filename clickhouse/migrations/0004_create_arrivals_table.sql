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
    attribute_values String CODEC(LZ4),
    attributes Map(LowCardinality(String), String) ALIAS mapFromArrays(arraySlice(JSONExtract(labels_json, 'attribute_keys', 'Array(String)'), 1, length(JSONExtract(attribute_values, 'Array(String)'))), JSONExtract(attribute_values, 'Array(String)')),
    rule UInt8 ALIAS JSONExtractUInt(labels_json, 'rule'),
    status_explicit UInt8 ALIAS JSONExtractUInt(labels_json, 'status_explicit'),
    attempt UInt16 ALIAS JSONExtractUInt(labels_json, 'attempt'),
    provider LowCardinality(String) ALIAS JSONExtractString(labels_json, 'provider'),
    execution_kind LowCardinality(String) ALIAS JSONExtractString(labels_json, 'execution_kind'),
    instance LowCardinality(String) ALIAS JSONExtractString(labels_json, 'instance'),
    workflow_id LowCardinality(String) ALIAS JSONExtractString(labels_json, 'workflow_id'),
    workflow_name LowCardinality(String) ALIAS JSONExtractString(labels_json, 'workflow_name'),
    workflow_version LowCardinality(String) ALIAS JSONExtractString(labels_json, 'workflow_version'),
    mode LowCardinality(String) ALIAS JSONExtractString(labels_json, 'mode'),
    environment LowCardinality(String) ALIAS JSONExtractString(labels_json, 'environment'),
    step_name LowCardinality(String) ALIAS JSONExtractString(labels_json, 'step_name'),
    step_type LowCardinality(String) ALIAS JSONExtractString(labels_json, 'step_type'),
    error_type LowCardinality(String) ALIAS JSONExtractString(labels_json, 'error_type'),
    response_status_code LowCardinality(String) ALIAS JSONExtractString(labels_json, 'response_status_code'),
    database_type LowCardinality(String) ALIAS JSONExtractString(labels_json, 'database_type'),
    input_key LowCardinality(String) ALIAS JSONExtractString(labels_json, 'input_key'),
    output_key LowCardinality(String) ALIAS JSONExtractString(labels_json, 'output_key'),
    execution_id String ALIAS JSONExtractString(fields_json, 'execution_id'),
    user_id String ALIAS JSONExtractString(fields_json, 'user_id'),
    conversation_id String ALIAS JSONExtractString(fields_json, 'conversation_id'),
    error_message String ALIAS JSONExtractString(fields_json, 'error_message'),
    error_stack String ALIAS JSONExtractString(fields_json, 'error_stack'),
    query String ALIAS JSONExtractString(fields_json, 'query'),
    parent_execution_id String ALIAS JSONExtractString(fields_json, 'parent_execution_id'),
    retry_of String ALIAS JSONExtractString(fields_json, 'retry_of'),
    replay_of String ALIAS JSONExtractString(fields_json, 'replay_of'),
    rows_total Nullable(UInt64) ALIAS JSONExtract(fields_json, 'rows_total', 'Nullable(UInt64)'),
    rows_returned Nullable(UInt64) ALIAS JSONExtract(fields_json, 'rows_returned', 'Nullable(UInt64)'),
    progress Nullable(Float32) ALIAS JSONExtract(fields_json, 'progress', 'Nullable(Float32)'),
    queued_at Nullable(DateTime64(9)) ALIAS fromUnixTimestamp64Nano(JSONExtract(fields_json, 'queued_at', 'Nullable(Int64)')),
    expected_end_at Nullable(DateTime64(9)) ALIAS fromUnixTimestamp64Nano(JSONExtract(fields_json, 'expected_end_at', 'Nullable(Int64)'))
)
ENGINE = MergeTree
PARTITION BY toStartOfTenMinutes(arrived_at, 'UTC')
ORDER BY arrived_at
TTL toDateTime(arrived_at) + INTERVAL 1 DAY
SETTINGS ttl_only_drop_parts = 1, max_bytes_to_merge_at_max_space_in_pool = 8388608, non_replicated_deduplication_window = 10000
