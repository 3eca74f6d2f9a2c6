-- What is told of spans beside the spans themselves. The key holds everything that a marker says, so that one that is sent twice is there
-- once and none takes another one's place, in whatever order they come; only of heartbeats, which say nothing but when, the last stays.
CREATE TABLE IF NOT EXISTS markers
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    received_at DateTime64(3) CODEC(Delta, ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
    marker Enum8('started' = 1, 'updated' = 2, 'heartbeat' = 3, 'exception' = 4) CODEC(ZSTD(1)),
    recorded_at DateTime64(9) CODEC(Delta, ZSTD(1)),
    parent_span_id FixedString(8) CODEC(ZSTD(1)),
    name LowCardinality(String) CODEC(ZSTD(1)),
    kind UInt8 CODEC(ZSTD(1)),
    started_at DateTime64(9) CODEC(Delta, ZSTD(1)),
    ended_at DateTime64(9) CODEC(Delta, ZSTD(1)),
    status_code UInt8 CODEC(ZSTD(1)),
    service LowCardinality(String) CODEC(ZSTD(1)),
    role Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4) CODEC(ZSTD(1)),
    status Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    attribute_values String CODEC(ZSTD(1)),
    labels_json LowCardinality(String) CODEC(ZSTD(1)),
    fields_json String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(recorded_at)
PARTITION BY toDate(started_at, 'UTC')
ORDER BY (tenant, trace_id, span_id, marker, if(marker = 'heartbeat', 0, sipHash64(recorded_at, labels_json, fields_json, attribute_values)))
SETTINGS index_granularity = 256, merge_selector_base = 12, non_replicated_deduplication_window = 10000
