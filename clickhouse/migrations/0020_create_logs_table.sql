-- Every log record as it was sent. The logs of a trace are read like its spans: a few minutes of one service are one range of the key, and in
-- it the trace. What is not searched lies in JSON documents, each field of them an ALIAS, as in `spans`.
CREATE TABLE IF NOT EXISTS logs
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    received_at DateTime64(3) CODEC(Delta, ZSTD(1)),
    time DateTime64(9) CODEC(Delta, ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
    severity_number UInt8 CODEC(ZSTD(1)),
    severity_text LowCardinality(String) CODEC(ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    event_name LowCardinality(String) CODEC(ZSTD(1)),
    body String CODEC(ZSTD(1)),
    attribute_values String CODEC(ZSTD(1)),
    labels_json LowCardinality(String) CODEC(ZSTD(1)),
    scope_json LowCardinality(String) CODEC(ZSTD(1)),
    resource_json LowCardinality(String) CODEC(ZSTD(1)),
    attributes Map(LowCardinality(String), String) ALIAS mapFromArrays(arraySlice(JSONExtract(labels_json, 'attribute_keys', 'Array(String)'), 1, length(JSONExtract(attribute_values, 'Array(String)'))), JSONExtract(attribute_values, 'Array(String)')),
    attribute_types String ALIAS JSONExtractString(labels_json, 'attribute_types'),
    body_type LowCardinality(String) ALIAS JSONExtractString(labels_json, 'body_type'),
    flags UInt32 ALIAS JSONExtractUInt(labels_json, 'flags'),
    dropped_attributes_count UInt32 ALIAS JSONExtractUInt(labels_json, 'dropped_attributes_count'),
    scope_name LowCardinality(String) ALIAS JSONExtractString(scope_json, 'name'),
    scope_version LowCardinality(String) ALIAS JSONExtractString(scope_json, 'version'),
    scope_schema_url LowCardinality(String) ALIAS JSONExtractString(scope_json, 'schema_url'),
    scope_attributes Map(LowCardinality(String), String) ALIAS JSONExtract(scope_json, 'attributes', 'Map(String, String)'),
    scope_attribute_types LowCardinality(String) ALIAS JSONExtractString(scope_json, 'attribute_types'),
    scope_dropped_attributes_count UInt32 ALIAS JSONExtractUInt(scope_json, 'dropped_attributes_count'),
    resource_schema_url LowCardinality(String) ALIAS JSONExtractString(resource_json, 'schema_url'),
    resource_attributes Map(LowCardinality(String), String) ALIAS JSONExtract(resource_json, 'attributes', 'Map(String, String)'),
    resource_attribute_types LowCardinality(String) ALIAS JSONExtractString(resource_json, 'attribute_types'),
    resource_dropped_attributes_count UInt32 ALIAS JSONExtractUInt(resource_json, 'dropped_attributes_count'),
    INDEX by_trace_id trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(time, 'UTC')
ORDER BY (tenant, toStartOfFiveMinutes(time, 'UTC'), service, trace_id, time)
SETTINGS merge_selector_base = 12, non_replicated_deduplication_window = 10000
