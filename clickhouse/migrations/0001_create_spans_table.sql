-- Every span as it was sent. One trace of one service within five minutes is one short range of the key, so a tree is read in a
-- few milliseconds, and a span that is sent again has the same key and replaces itself; the later end wins, so a span that was
-- seen open is replaced by its finished self. All calendar functions name UTC: the key must not depend on a server's time zone.
-- What is not searched lies in JSON documents (`v_spans` reads them): merging costs by the column. A dozen parts are merged at
-- once rather than five, so that a span is merged less often.
CREATE TABLE IF NOT EXISTS spans
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    received_at DateTime64(3) CODEC(Delta, ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(NONE),
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
    fields_json String CODEC(ZSTD(1)),
    events_json String CODEC(ZSTD(1)),
    links_json String CODEC(ZSTD(1)),
    scope_json LowCardinality(String) CODEC(ZSTD(1)),
    resource_json LowCardinality(String) CODEC(ZSTD(1)),
    INDEX by_trace_id trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ended_at)
PARTITION BY toDate(started_at, 'UTC')
ORDER BY (tenant, toStartOfFiveMinutes(started_at, 'UTC'), service, trace_id, started_at, span_id)
SETTINGS merge_selector_base = 12, non_replicated_deduplication_window = 10000
