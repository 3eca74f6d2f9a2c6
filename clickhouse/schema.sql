-- Drawn from a freshly migrated database by schema.test.ts; migrations/ is what counts.

CREATE TABLE api_keys
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `id` String CODEC(ZSTD(1)),
    `name` SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    `role` SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    `subject` SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    `sha256` SimpleAggregateFunction(max, String) CODEC(ZSTD(1)),
    `created_at` SimpleAggregateFunction(max, DateTime64(3)) CODEC(ZSTD(1)),
    `expires_at` SimpleAggregateFunction(max, Nullable(DateTime64(3))) CODEC(ZSTD(1)),
    `revoked_at` SimpleAggregateFunction(max, Nullable(DateTime64(3))) CODEC(ZSTD(1)),
    `last_used_at` SimpleAggregateFunction(max, Nullable(DateTime64(3))) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, id)
SETTINGS index_granularity = 8192;

CREATE TABLE arrivals
(
    `arrived_at` DateTime64(6) CODEC(Delta(8), LZ4),
    `tenant` LowCardinality(String) CODEC(LZ4),
    `trace_id` FixedString(16) CODEC(LZ4),
    `span_id` FixedString(8) CODEC(LZ4),
    `parent_span_id` FixedString(8) CODEC(LZ4),
    `received_at` DateTime64(3) CODEC(LZ4),
    `name` LowCardinality(String) CODEC(LZ4),
    `kind` UInt8 CODEC(LZ4),
    `started_at` DateTime64(9) CODEC(LZ4),
    `ended_at` DateTime64(9) CODEC(LZ4),
    `status_code` UInt8 CODEC(LZ4),
    `service` LowCardinality(String) CODEC(LZ4),
    `role` Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4) CODEC(LZ4),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(LZ4),
    `labels_json` LowCardinality(String) CODEC(LZ4),
    `fields_json` String CODEC(LZ4),
    `attribute_values` String CODEC(LZ4)
)
ENGINE = MergeTree
PARTITION BY toStartOfTenMinutes(arrived_at, 'UTC')
ORDER BY arrived_at
TTL toDateTime(arrived_at) + toIntervalDay(1)
SETTINGS ttl_only_drop_parts = 1, max_bytes_to_merge_at_max_space_in_pool = 8388608, non_replicated_deduplication_window = 10000, index_granularity = 8192;

CREATE MATERIALIZED VIEW arrivals_from_markers TO arrivals
(
    `arrived_at` DateTime64(6),
    `tenant` LowCardinality(String),
    `trace_id` FixedString(16),
    `span_id` FixedString(8),
    `parent_span_id` FixedString(8),
    `received_at` DateTime64(3),
    `name` LowCardinality(String),
    `kind` UInt8,
    `started_at` DateTime64(9),
    `ended_at` DateTime64(9),
    `status_code` UInt8,
    `service` LowCardinality(String),
    `role` Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
    `labels_json` LowCardinality(String),
    `fields_json` String,
    `attribute_values` String
)
AS SELECT
    now64(6) AS arrived_at,
    tenant,
    trace_id,
    span_id,
    parent_span_id,
    received_at,
    name,
    kind,
    started_at,
    ended_at,
    status_code,
    service,
    role,
    status,
    labels_json,
    fields_json,
    if(role >= 'candidate', attribute_values, '') AS attribute_values
FROM markers;

CREATE MATERIALIZED VIEW arrivals_from_spans TO arrivals
(
    `arrived_at` DateTime64(6),
    `tenant` LowCardinality(String),
    `trace_id` FixedString(16),
    `span_id` FixedString(8),
    `parent_span_id` FixedString(8),
    `received_at` DateTime64(3),
    `name` LowCardinality(String),
    `kind` UInt8,
    `started_at` DateTime64(9),
    `ended_at` DateTime64(9),
    `status_code` UInt8,
    `service` LowCardinality(String),
    `role` Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
    `labels_json` LowCardinality(String),
    `fields_json` String,
    `attribute_values` String
)
AS SELECT
    now64(6) AS arrived_at,
    tenant,
    trace_id,
    span_id,
    parent_span_id,
    received_at,
    name,
    kind,
    started_at,
    ended_at,
    status_code,
    service,
    role,
    status,
    labels_json,
    fields_json,
    if(role >= 'candidate', attribute_values, '') AS attribute_values
FROM spans;

CREATE TABLE dirty_hours
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `hour` DateTime CODEC(Delta(4), ZSTD(1)),
    `dirty_at` SimpleAggregateFunction(max, DateTime64(6)) CODEC(ZSTD(1)),
    `rebuilt_at` SimpleAggregateFunction(max, DateTime64(6)) CODEC(ZSTD(1)),
    `frozen_at` SimpleAggregateFunction(max, DateTime64(6)) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, hour)
SETTINGS index_granularity = 256;

CREATE MATERIALIZED VIEW dirty_hours_from_executions TO dirty_hours
(
    `tenant` LowCardinality(String),
    `hour` DateTime('UTC'),
    `dirty_at` DateTime64(6),
    `rebuilt_at` DateTime64(6)
)
AS SELECT
    tenant,
    toStartOfHour(arrayJoin([started_at, ifNull(previous_started_at, started_at)]), 'UTC') AS hour,
    now64(6) AS dirty_at,
    toDateTime64(0, 6) AS rebuilt_at
FROM executions
WHERE removed = ''
GROUP BY
    tenant,
    hour;

CREATE TABLE erased_keys
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `erasure_id` String CODEC(ZSTD(1)),
    `key_hash` FixedString(16) CODEC(NONE),
    `erased_at` DateTime CODEC(Delta(4), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, erasure_id, key_hash)
TTL erased_at + toIntervalDay(8)
SETTINGS index_granularity = 8192;

CREATE TABLE erasures
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `id` String CODEC(ZSTD(1)),
    `target` LowCardinality(String) CODEC(ZSTD(1)),
    `subject_hash` String CODEC(ZSTD(1)),
    `state` LowCardinality(String) CODEC(ZSTD(1)),
    `requested_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `ended_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `swept_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `suppressed_until` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `erased_json` String CODEC(ZSTD(1)),
    `fault` String CODEC(ZSTD(1)),
    `updated_at` DateTime64(6) DEFAULT now64(6) CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (tenant, id)
TTL toDateTime(updated_at) + toIntervalDay(400)
SETTINGS index_granularity = 8192;

CREATE TABLE error_days
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `day` DateTime CODEC(Delta(4), ZSTD(1)),
    `error_fingerprint` LowCardinality(String) CODEC(ZSTD(1)),
    `kind` LowCardinality(String) CODEC(ZSTD(1)),
    `environment` LowCardinality(String) CODEC(ZSTD(1)),
    `workflow_id` LowCardinality(String) CODEC(ZSTD(1)),
    `workflow_name` LowCardinality(String) CODEC(ZSTD(1)),
    `error_type` LowCardinality(String) CODEC(ZSTD(1)),
    `error_class` LowCardinality(String) CODEC(ZSTD(1)),
    `failed_step` LowCardinality(String) CODEC(ZSTD(1)),
    `users` Array(FixedString(16)) CODEC(ZSTD(1)),
    `first_started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `executions` UInt64 CODEC(T64, ZSTD(1)),
    `durations` UInt64 CODEC(T64, ZSTD(1)),
    `duration_ms_sum` Float64 CODEC(ZSTD(1)),
    `duration_ms_max` Float64 CODEC(ZSTD(1)),
    `duration_bucket` AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    `last_started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `generation` UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(day, 'UTC')
ORDER BY (tenant, error_fingerprint, day, kind, environment, workflow_id)
SETTINGS index_granularity = 256;

CREATE TABLE error_hours
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `hour` DateTime CODEC(Delta(4), ZSTD(1)),
    `error_fingerprint` LowCardinality(String) CODEC(ZSTD(1)),
    `kind` LowCardinality(String) CODEC(ZSTD(1)),
    `environment` LowCardinality(String) CODEC(ZSTD(1)),
    `workflow_id` LowCardinality(String) CODEC(ZSTD(1)),
    `workflow_name` LowCardinality(String) CODEC(ZSTD(1)),
    `error_type` LowCardinality(String) CODEC(ZSTD(1)),
    `error_class` LowCardinality(String) CODEC(ZSTD(1)),
    `failed_step` LowCardinality(String) CODEC(ZSTD(1)),
    `users` Array(FixedString(16)) CODEC(ZSTD(1)),
    `samples` Array(Tuple(
        Int64,
        String,
        String,
        String)) CODEC(ZSTD(1)),
    `first_started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `executions` UInt64 CODEC(T64, ZSTD(1)),
    `durations` UInt64 CODEC(T64, ZSTD(1)),
    `duration_ms_sum` Float64 CODEC(ZSTD(1)),
    `duration_ms_max` Float64 CODEC(ZSTD(1)),
    `duration_bucket` AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    `last_started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `generation` UInt64 CODEC(T64, ZSTD(1)),
    INDEX by_hour hour TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(hour, 'UTC')
ORDER BY (tenant, error_fingerprint, hour, kind, environment, workflow_id)
SETTINGS index_granularity = 256;

CREATE TABLE error_states
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `fingerprint` String CODEC(ZSTD(1)),
    `state` LowCardinality(String) CODEC(ZSTD(1)),
    `set_at` DateTime64(3) CODEC(Delta(8), ZSTD(1)),
    `set_by` String CODEC(ZSTD(1)),
    `until_count` UInt64 CODEC(T64, ZSTD(1)),
    `until_rate` Float64 CODEC(ZSTD(1)),
    `count_before` UInt64 CODEC(T64, ZSTD(1)),
    `updated_at` DateTime64(6) DEFAULT now64(6) CODEC(Delta(8), ZSTD(1)),
    `is_deleted` UInt8 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at, is_deleted)
ORDER BY (tenant, fingerprint)
SETTINGS index_granularity = 8192;

CREATE VIEW execution_analytics
(
    `tenant` LowCardinality(String),
    `day` Date,
    `user_id` String,
    `database_type` String,
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
    `executions` UInt64,
    `timed` UInt64,
    `avg_duration_ms` Nullable(Float64),
    `max_duration_ms` Nullable(Float64),
    `rows_processed` UInt64
)
AS WITH
    rebuilt AS
    (
        SELECT
            tenant,
            hour,
            toUInt64(toUnixTimestamp64Micro(max(rebuilt_at))) AS generation
        FROM dirty_hours
        GROUP BY
            tenant,
            hour
        HAVING (max(dirty_at) < max(rebuilt_at)) OR (max(frozen_at) > toDateTime64(0, 6))
    ),
    waiting AS
    (
        SELECT
            tenant,
            hour
        FROM dirty_hours
        GROUP BY
            tenant,
            hour
        HAVING (max(dirty_at) >= max(rebuilt_at)) AND (max(frozen_at) = toDateTime64(0, 6))
    )
SELECT
    tenant,
    day,
    user_id,
    database_type,
    status,
    sum(n) AS executions,
    sum(with_time) AS timed,
    if(timed = 0, NULL, sum(ms) / timed) AS avg_duration_ms,
    if(timed = 0, NULL, max(most)) AS max_duration_ms,
    sum(row_sum) AS rows_processed
FROM
(
    SELECT
        tenant,
        toDate(query_hours.hour, 'UTC') AS day,
        user_id,
        database_type,
        status,
        queries AS n,
        durations AS with_time,
        duration_ms_sum AS ms,
        duration_ms_max AS most,
        rows_sum AS row_sum
    FROM query_hours
    WHERE (is_total = 0) AND ((tenant, started_hour, query_hours.generation) IN (rebuilt))
    UNION ALL
    SELECT
        tenant,
        toDate(query_started_at, 'UTC') AS day,
        user_id,
        query_type AS database_type,
        query_status AS status,
        toUInt64(1) AS n,
        toUInt64(isNotNull(query_ms)) AS with_time,
        ifNull(query_ms, 0) AS ms,
        ifNull(query_ms, 0) AS most,
        toUInt64(ifNull(ifNull(query_rows_total, query_rows_returned), 0)) AS row_sum
    FROM
    (
        SELECT
            tenant,
            user_id,
            query_started_at,
            query_type,
            query_status,
            query_rows_total,
            query_rows_returned,
            if((query_status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')), if(query_ended_at < query_started_at, NULL, (toUnixTimestamp64Nano(query_ended_at) - toUnixTimestamp64Nano(query_started_at)) / 1000000.), NULL) AS query_ms
        FROM executions
        FINAL
        ARRAY JOIN
            if(kind = 'query', [execution_id], arrayMap(key -> concat(lower(hex(substring(key, 1, 16))), '-', lower(hex(substring(key, 17)))), queries.key)) AS query_id,
            if(kind = 'query', [database_type], queries.database_type) AS query_type,
            if(kind = 'query', [status], queries.status) AS query_status,
            if(kind = 'query', [query], queries.text) AS query_text,
            if(kind = 'query', [started_at], queries.started_at) AS query_started_at,
            if(kind = 'query', [ifNull(ended_at, toDateTime64(0, 9))], queries.ended_at) AS query_ended_at,
            if(kind = 'query', [rows_total], queries.rows_total) AS query_rows_total,
            if(kind = 'query', [rows_returned], queries.rows_returned) AS query_rows_returned,
            if(kind = 'query', [concat(replaceAll(attributes['query.complexity'], '\t', ' '), '\t', replaceAll(attributes['query.page'], '\t', ' '), '\t', replaceAll(attributes['query.page_size'], '\t', ' '), '\t', error_type, '\t', error_message)], queries.details) AS query_details
        WHERE ((tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)) AND ((tenant, toStartOfHour(anchor_at, 'UTC')) IN (
            SELECT
                tenant,
                toStartOfHour(anchor_at, 'UTC')
            FROM executions
            WHERE (tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)
        ))
    )
)
GROUP BY
    tenant,
    day,
    user_id,
    database_type,
    status;

CREATE TABLE execution_changes
(
    `changed_at` DateTime64(6) CODEC(Delta(8), LZ4),
    `tenant` LowCardinality(String) CODEC(LZ4),
    `execution_id` String CODEC(LZ4),
    `instance` LowCardinality(String) CODEC(LZ4),
    `kind` LowCardinality(String) CODEC(LZ4),
    `provider` LowCardinality(String) CODEC(LZ4),
    `workflow_id` LowCardinality(String) CODEC(LZ4),
    `workflow_name` LowCardinality(String) CODEC(LZ4),
    `environment` LowCardinality(String) CODEC(LZ4),
    `service` LowCardinality(String) CODEC(LZ4),
    `user_id` String CODEC(LZ4),
    `conversation_id` String CODEC(LZ4),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(LZ4),
    `previous_status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(LZ4),
    `started_at` DateTime64(9) CODEC(LZ4),
    `ended_at` Nullable(DateTime64(9)) CODEC(LZ4),
    `duration_ms` Nullable(Float64) CODEC(LZ4),
    `progress` Nullable(Float32) CODEC(LZ4),
    `version` UInt64 CODEC(LZ4)
)
ENGINE = MergeTree
PARTITION BY toStartOfHour(changed_at, 'UTC')
ORDER BY changed_at
TTL toDateTime(changed_at) + toIntervalDay(1)
SETTINGS ttl_only_drop_parts = 1, max_bytes_to_merge_at_max_space_in_pool = 8388608, enable_block_number_column = 1, enable_block_offset_column = 1, non_replicated_deduplication_window = 10000, index_granularity = 8192, merge_selector_base = 12;

CREATE MATERIALIZED VIEW execution_changes_from_executions TO execution_changes
(
    `changed_at` DateTime64(6),
    `tenant` LowCardinality(String),
    `execution_id` String,
    `instance` LowCardinality(String),
    `kind` LowCardinality(String),
    `provider` LowCardinality(String),
    `workflow_id` LowCardinality(String),
    `workflow_name` LowCardinality(String),
    `environment` LowCardinality(String),
    `service` LowCardinality(String),
    `user_id` String,
    `conversation_id` String,
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
    `previous_status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
    `started_at` DateTime64(9),
    `ended_at` Nullable(DateTime64(9)),
    `duration_ms` Nullable(Float64),
    `progress` Nullable(Float32),
    `version` UInt64
)
AS SELECT
    now64(6) AS changed_at,
    tenant,
    execution_id,
    instance,
    kind,
    provider,
    workflow_id,
    workflow_name,
    environment,
    service,
    user_id,
    conversation_id,
    status,
    previous_status,
    started_at,
    ended_at,
    duration_ms,
    progress,
    version
FROM executions
WHERE (is_deleted = 0) AND (removed = '');

CREATE TABLE execution_days
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `day` DateTime CODEC(Delta(4), ZSTD(1)),
    `kind` LowCardinality(String) CODEC(ZSTD(1)),
    `environment` LowCardinality(String) CODEC(ZSTD(1)),
    `workflow_id` LowCardinality(String) CODEC(ZSTD(1)),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    `workflow_name` LowCardinality(String) CODEC(ZSTD(1)),
    `failed_users` Array(FixedString(16)) CODEC(ZSTD(1)),
    `executions` UInt64 CODEC(T64, ZSTD(1)),
    `queue_ms_sum` Float64 CODEC(ZSTD(1)),
    `rows_total_sum` UInt64 CODEC(T64, ZSTD(1)),
    `durations` UInt64 CODEC(T64, ZSTD(1)),
    `duration_ms_sum` Float64 CODEC(ZSTD(1)),
    `duration_ms_max` Float64 CODEC(ZSTD(1)),
    `duration_bucket` AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    `last_started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `generation` UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(day, 'UTC')
ORDER BY (tenant, day, kind, environment, workflow_id, status)
SETTINGS index_granularity = 256;

CREATE TABLE execution_hours
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `hour` DateTime CODEC(Delta(4), ZSTD(1)),
    `kind` LowCardinality(String) CODEC(ZSTD(1)),
    `environment` LowCardinality(String) CODEC(ZSTD(1)),
    `workflow_id` LowCardinality(String) CODEC(ZSTD(1)),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    `workflow_name` LowCardinality(String) CODEC(ZSTD(1)),
    `failed_users` Array(FixedString(16)) CODEC(ZSTD(1)),
    `executions` UInt64 CODEC(T64, ZSTD(1)),
    `queue_ms_sum` Float64 CODEC(ZSTD(1)),
    `rows_total_sum` UInt64 CODEC(T64, ZSTD(1)),
    `durations` UInt64 CODEC(T64, ZSTD(1)),
    `duration_ms_sum` Float64 CODEC(ZSTD(1)),
    `duration_ms_max` Float64 CODEC(ZSTD(1)),
    `duration_bucket` AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    `last_started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `generation` UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(hour, 'UTC')
ORDER BY (tenant, hour, kind, environment, workflow_id, status)
SETTINGS index_granularity = 256;

CREATE TABLE execution_hours_total
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `hour` DateTime CODEC(Delta(4), ZSTD(1)),
    `kind` LowCardinality(String) CODEC(ZSTD(1)),
    `environment` LowCardinality(String) CODEC(ZSTD(1)),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    `executions` UInt64 CODEC(T64, ZSTD(1)),
    `queue_ms_sum` Float64 CODEC(ZSTD(1)),
    `rows_total_sum` UInt64 CODEC(T64, ZSTD(1)),
    `durations` UInt64 CODEC(T64, ZSTD(1)),
    `duration_ms_sum` Float64 CODEC(ZSTD(1)),
    `duration_ms_max` Float64 CODEC(ZSTD(1)),
    `duration_bucket` AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    `last_started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `generation` UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(hour, 'UTC')
ORDER BY (tenant, hour, kind, environment, status)
SETTINGS index_granularity = 256;

CREATE TABLE execution_locator
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `execution_id` String CODEC(ZSTD(1)),
    `instance` LowCardinality(String) CODEC(ZSTD(1)),
    `trace_id` FixedString(16) CODEC(ZSTD(1)),
    `anchor_at` SimpleAggregateFunction(min, DateTime64(6)) CODEC(ZSTD(1)),
    `anchors` SimpleAggregateFunction(groupUniqArrayArray, Array(DateTime64(6))) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, execution_id, instance, trace_id)
SETTINGS index_granularity = 256, merge_selector_base = 12;

CREATE TABLE execution_minutes
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `minute` DateTime CODEC(Delta(4), ZSTD(1)),
    `kind` LowCardinality(String) CODEC(ZSTD(1)),
    `environment` LowCardinality(String) CODEC(ZSTD(1)),
    `workflow_id` LowCardinality(String) CODEC(ZSTD(1)),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    `executions` UInt64 CODEC(T64, ZSTD(1)),
    `queue_ms_sum` Float64 CODEC(ZSTD(1)),
    `rows_total_sum` UInt64 CODEC(T64, ZSTD(1)),
    `durations` UInt64 CODEC(T64, ZSTD(1)),
    `duration_ms_sum` Float64 CODEC(ZSTD(1)),
    `duration_ms_max` Float64 CODEC(ZSTD(1)),
    `duration_bucket` AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    `last_started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `generation` UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(minute, 'UTC')
ORDER BY (tenant, minute, kind, environment, workflow_id, status)
SETTINGS index_granularity = 256;

CREATE TABLE execution_patterns
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `started_at` DateTime CODEC(Delta(4), ZSTD(1)),
    `ended_at` DateTime CODEC(Delta(4), ZSTD(1)),
    `pattern` LowCardinality(String) CODEC(ZSTD(1)),
    `value` Float64 CODEC(ZSTD(1)),
    `expected` Float64 CODEC(ZSTD(1)),
    `expected_low` Float64 CODEC(ZSTD(1)),
    `expected_high` Float64 CODEC(ZSTD(1)),
    `score` Float64 CODEC(ZSTD(1)),
    `basis` LowCardinality(String) CODEC(ZSTD(1)),
    `samples` UInt32 CODEC(T64, ZSTD(1)),
    `executions` UInt64 CODEC(T64, ZSTD(1)),
    `failures` UInt64 CODEC(T64, ZSTD(1)),
    `reason` String CODEC(ZSTD(1)),
    `detected_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `is_deleted` UInt8 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(detected_at, is_deleted)
PARTITION BY toYYYYMM(started_at, 'UTC')
ORDER BY (tenant, started_at, pattern)
TTL started_at + toIntervalDay(400)
SETTINGS index_granularity = 256;

CREATE TABLE execution_terms
(
    `tenant` LowCardinality(String) CODEC(LZ4),
    `term` Enum8('user_id' = 1, 'conversation_id' = 2, 'parent_execution_id' = 3) CODEC(LZ4),
    `value` String CODEC(LZ4),
    `anchor_at` DateTime64(6) CODEC(Delta(8), LZ4),
    `execution_id` String CODEC(LZ4),
    `instance` LowCardinality(String) CODEC(LZ4),
    `started_offset_ns` Int64 CODEC(LZ4),
    `is_open` UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, term, value, anchor_at, execution_id, instance, started_offset_ns, is_open)
SETTINGS index_granularity = 256, merge_selector_base = 12;

CREATE MATERIALIZED VIEW execution_terms_from_executions TO execution_terms
(
    `tenant` LowCardinality(String),
    `term` Enum8('user_id' = 1, 'conversation_id' = 2, 'parent_execution_id' = 3),
    `value` String,
    `anchor_at` DateTime64(6),
    `execution_id` String,
    `instance` LowCardinality(String),
    `started_offset_ns` Int64,
    `is_open` UInt8
)
AS SELECT
    tenant,
    term,
    value,
    anchor_at,
    execution_id,
    instance,
    toUnixTimestamp64Nano(started_at) - (toUnixTimestamp64Micro(anchor_at) * 1000) AS started_offset_ns,
    status IN ('queued', 'running', 'waiting') AS is_open
FROM executions
ARRAY JOIN
    CAST([1, 2, 3], 'Array(Enum8(\'user_id\' = 1, \'conversation_id\' = 2, \'parent_execution_id\' = 3))') AS term,
    [user_id, conversation_id, parent_execution_id] AS value
WHERE (is_deleted = 0) AND (value != '');

CREATE TABLE executions
(
    `tenant` LowCardinality(String) CODEC(LZ4),
    `anchor_at` DateTime64(6) CODEC(Delta(8), LZ4),
    `execution_id` String CODEC(LZ4),
    `instance` LowCardinality(String) CODEC(LZ4),
    `kind` LowCardinality(String) CODEC(LZ4),
    `provider` LowCardinality(String) CODEC(LZ4),
    `workflow_id` LowCardinality(String) CODEC(LZ4),
    `workflow_name` LowCardinality(String) CODEC(ZSTD(1)),
    `workflow_version` LowCardinality(String) CODEC(LZ4),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(LZ4),
    `status_explicit` UInt8 CODEC(ZSTD(1)),
    `mode` LowCardinality(String) CODEC(LZ4),
    `environment` LowCardinality(String) CODEC(LZ4),
    `service` LowCardinality(String) CODEC(LZ4),
    `user_id` String CODEC(LZ4),
    `conversation_id` String CODEC(ZSTD(1)),
    `database_type` LowCardinality(String) CODEC(ZSTD(1)),
    `query` String CODEC(ZSTD(1)),
    `queued_at` Nullable(DateTime64(9)) CODEC(ZSTD(1)),
    `started_at` DateTime64(9) CODEC(Delta(8), LZ4),
    `ended_at` Nullable(DateTime64(9)) CODEC(LZ4),
    `last_seen_at` DateTime64(9) CODEC(Delta(8), LZ4),
    `heartbeat_at` Nullable(DateTime64(3)) CODEC(LZ4),
    `duration_ms` Nullable(Float64) CODEC(LZ4),
    `queue_ms` Nullable(Float64) CODEC(ZSTD(1)),
    `progress` Nullable(Float32) CODEC(ZSTD(1)),
    `expected_end_at` Nullable(DateTime64(9)) CODEC(ZSTD(1)),
    `error_type` LowCardinality(String) CODEC(LZ4),
    `error_class` LowCardinality(String) CODEC(LZ4),
    `error_message` String CODEC(ZSTD(1)),
    `error_stack` String CODEC(ZSTD(1)),
    `error_fingerprint` String CODEC(LZ4),
    `response_status_code` LowCardinality(String) CODEC(ZSTD(1)),
    `failed_step` LowCardinality(String) CODEC(ZSTD(1)),
    `failed_step_names` Array(LowCardinality(String)) CODEC(ZSTD(1)),
    `step_count` UInt32 CODEC(ZSTD(1)),
    `failed_steps` UInt32 CODEC(ZSTD(1)),
    `rows_total` Nullable(UInt64) CODEC(ZSTD(1)),
    `rows_returned` Nullable(UInt64) CODEC(ZSTD(1)),
    `trace_id` FixedString(16) CODEC(ZSTD(1)),
    `span_id` FixedString(8) CODEC(NONE),
    `segments.trace_id` Array(FixedString(16)) CODEC(ZSTD(1)),
    `segments.span_id` Array(FixedString(8)) CODEC(ZSTD(1)),
    `segments.started_at` Array(DateTime64(9)) CODEC(ZSTD(1)),
    `segments.ended_at` Array(DateTime64(9)) CODEC(ZSTD(1)),
    `segments.status` Array(Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10)) CODEC(ZSTD(1)),
    `steps.name` Array(LowCardinality(String)) CODEC(ZSTD(1)),
    `steps.type` Array(LowCardinality(String)) CODEC(ZSTD(1)),
    `steps.status` Array(Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10)) CODEC(ZSTD(1)),
    `steps.duration_ms` Array(Nullable(Float32)) CODEC(ZSTD(1)),
    `queries` Array(Tuple(
        key FixedString(24),
        started_at DateTime64(9),
        ended_at DateTime64(9),
        database_type LowCardinality(String),
        status Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
        text String,
        rows_total Nullable(UInt64),
        rows_returned Nullable(UInt64),
        details String)) CODEC(ZSTD(1)),
    `query_count` UInt32 CODEC(ZSTD(1)),
    `parent_execution_id` String CODEC(ZSTD(1)),
    `retry_of` String CODEC(ZSTD(1)),
    `replay_of` String CODEC(ZSTD(1)),
    `attempt` UInt16 CODEC(ZSTD(1)),
    `input` String CODEC(ZSTD(1)),
    `input_truncated` UInt8 CODEC(ZSTD(1)),
    `output` String CODEC(ZSTD(1)),
    `output_truncated` UInt8 CODEC(ZSTD(1)),
    `attributes` Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    `spans_truncated` UInt8 CODEC(ZSTD(1)),
    `previous_started_at` Nullable(DateTime64(9)) CODEC(ZSTD(1)),
    `previous_status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    `content_hash` UInt64 CODEC(NONE),
    `settled_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `version` UInt64 CODEC(T64, LZ4),
    `is_deleted` UInt8 CODEC(LZ4),
    `removed` Enum8('' = 0, 'payload' = 1, 'execution' = 2) CODEC(ZSTD(1)),
    `visual_enabled` LowCardinality(String) MATERIALIZED attributes['visual.enabled'] CODEC(LZ4),
    `visual_streaming` LowCardinality(String) MATERIALIZED attributes['visual.streaming'] CODEC(LZ4),
    `visual_events_captured` Nullable(Float64) MATERIALIZED toFloat64OrNull(attributes['visual.events_captured']) CODEC(LZ4),
    `visual_stream_duration_s` Nullable(Float64) MATERIALIZED toFloat64OrNull(attributes['visual.stream_duration_s']) CODEC(LZ4),
    `listed` String MATERIALIZED toJSONString((kind, provider, workflow_id, workflow_name, workflow_version, mode, environment, service, conversation_id, database_type, query, queue_ms, progress, toString(toUnixTimestamp64Nano(expected_end_at)), toString(toUnixTimestamp64Nano(nullIf(last_seen_at, ended_at))), toString(toUnixTimestamp64Milli(heartbeat_at)), error_type, error_class, error_message, error_fingerprint, response_status_code, failed_step, step_count, failed_steps, toString(rows_total), toString(rows_returned), parent_execution_id, retry_of, attempt, substringUTF8(input, 1, if(startsWith(input, 'enc:v1:'), 800, 200)), substringUTF8(output, 1, if(startsWith(output, 'enc:v1:'), 800, 200)), status, user_id, toString(toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(started_at)), if(isNull(duration_ms) AND isNotNull(ended_at), '', toString(nullIf(duration_ms, (toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(started_at)) / 1000000.))))) CODEC(LZ4),
    INDEX by_started_at started_at TYPE minmax GRANULARITY 1,
    INDEX by_status status TYPE minmax GRANULARITY 1,
    INDEX by_duration_ms duration_ms TYPE minmax GRANULARITY 1,
    INDEX by_execution_id execution_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_user_id user_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_conversation_id conversation_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_parent_execution_id parent_execution_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_retry_of retry_of TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_replay_of replay_of TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
PARTITION BY toDate(anchor_at, 'UTC')
ORDER BY (tenant, anchor_at, execution_id, instance)
SETTINGS index_granularity = 1024, min_compress_block_size = 8192, min_age_to_force_merge_seconds = 21600, min_age_to_force_merge_on_partition_only = 1, merge_selector_base = 12;

CREATE TABLE logs
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `received_at` DateTime64(3) CODEC(Delta(8), ZSTD(1)),
    `time` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `trace_id` FixedString(16) CODEC(ZSTD(1)),
    `span_id` FixedString(8) CODEC(NONE),
    `severity_number` UInt8 CODEC(ZSTD(1)),
    `severity_text` LowCardinality(String) CODEC(ZSTD(1)),
    `service` LowCardinality(String) CODEC(ZSTD(1)),
    `event_name` LowCardinality(String) CODEC(ZSTD(1)),
    `body` String CODEC(ZSTD(1)),
    `attribute_values` String CODEC(ZSTD(1)),
    `labels_json` LowCardinality(String) CODEC(ZSTD(1)),
    `scope_json` LowCardinality(String) CODEC(ZSTD(1)),
    `resource_json` LowCardinality(String) CODEC(ZSTD(1)),
    `attributes` Map(LowCardinality(String), String) ALIAS mapFromArrays(arraySlice(JSONExtract(labels_json, 'attribute_keys', 'Array(String)'), 1, length(JSONExtract(attribute_values, 'Array(String)'))), JSONExtract(attribute_values, 'Array(String)')),
    `attribute_types` String ALIAS JSONExtractString(labels_json, 'attribute_types'),
    `body_type` LowCardinality(String) ALIAS JSONExtractString(labels_json, 'body_type'),
    `flags` UInt32 ALIAS JSONExtractUInt(labels_json, 'flags'),
    `dropped_attributes_count` UInt32 ALIAS JSONExtractUInt(labels_json, 'dropped_attributes_count'),
    `scope_name` LowCardinality(String) ALIAS JSONExtractString(scope_json, 'name'),
    `scope_version` LowCardinality(String) ALIAS JSONExtractString(scope_json, 'version'),
    `scope_schema_url` LowCardinality(String) ALIAS JSONExtractString(scope_json, 'schema_url'),
    `scope_attributes` Map(LowCardinality(String), String) ALIAS JSONExtract(scope_json, 'attributes', 'Map(String, String)'),
    `scope_attribute_types` LowCardinality(String) ALIAS JSONExtractString(scope_json, 'attribute_types'),
    `scope_dropped_attributes_count` UInt32 ALIAS JSONExtractUInt(scope_json, 'dropped_attributes_count'),
    `resource_schema_url` LowCardinality(String) ALIAS JSONExtractString(resource_json, 'schema_url'),
    `resource_attributes` Map(LowCardinality(String), String) ALIAS JSONExtract(resource_json, 'attributes', 'Map(String, String)'),
    `resource_attribute_types` LowCardinality(String) ALIAS JSONExtractString(resource_json, 'attribute_types'),
    `resource_dropped_attributes_count` UInt32 ALIAS JSONExtractUInt(resource_json, 'dropped_attributes_count'),
    INDEX by_trace_id trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toDate(time, 'UTC')
ORDER BY (tenant, toStartOfFiveMinutes(time, 'UTC'), service, trace_id, time)
SETTINGS merge_selector_base = 12, non_replicated_deduplication_window = 10000, index_granularity = 8192;

CREATE TABLE markers
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `received_at` DateTime64(3) CODEC(Delta(8), ZSTD(1)),
    `trace_id` FixedString(16) CODEC(ZSTD(1)),
    `span_id` FixedString(8) CODEC(NONE),
    `marker` Enum8('started' = 1, 'updated' = 2, 'heartbeat' = 3, 'exception' = 4) CODEC(ZSTD(1)),
    `recorded_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `parent_span_id` FixedString(8) CODEC(ZSTD(1)),
    `name` LowCardinality(String) CODEC(ZSTD(1)),
    `kind` UInt8 CODEC(ZSTD(1)),
    `started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `ended_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `status_code` UInt8 CODEC(ZSTD(1)),
    `service` LowCardinality(String) CODEC(ZSTD(1)),
    `role` Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4) CODEC(ZSTD(1)),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    `attribute_values` String CODEC(ZSTD(1)),
    `labels_json` LowCardinality(String) CODEC(ZSTD(1)),
    `fields_json` String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(recorded_at)
PARTITION BY toDate(started_at, 'UTC')
ORDER BY (tenant, trace_id, span_id, marker, if(marker = 'heartbeat', 0, sipHash64(recorded_at, labels_json, fields_json, attribute_values)))
SETTINGS index_granularity = 256, merge_selector_base = 12, non_replicated_deduplication_window = 10000;

CREATE TABLE metric_points
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `received_at` DateTime64(3) CODEC(Delta(8), ZSTD(1)),
    `metric` LowCardinality(String) CODEC(ZSTD(1)),
    `service` LowCardinality(String) CODEC(ZSTD(1)),
    `series` UInt64 CODEC(ZSTD(1)),
    `time` DateTime64(9) CODEC(DoubleDelta, ZSTD(1)),
    `start_time` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `kind` Enum8('gauge' = 1, 'sum' = 2, 'histogram' = 3, 'exponential_histogram' = 4, 'summary' = 5) CODEC(ZSTD(1)),
    `value` Nullable(Float64) CODEC(ZSTD(1)),
    `count` UInt64 CODEC(T64, ZSTD(1)),
    `sum` Nullable(Float64) CODEC(ZSTD(1)),
    `min` Nullable(Float64) CODEC(ZSTD(1)),
    `max` Nullable(Float64) CODEC(ZSTD(1)),
    `series_json` LowCardinality(String) CODEC(ZSTD(1)),
    `metric_json` LowCardinality(String) CODEC(ZSTD(1)),
    `point_json` String CODEC(ZSTD(1)),
    `scope_json` LowCardinality(String) CODEC(ZSTD(1)),
    `resource_json` LowCardinality(String) CODEC(ZSTD(1)),
    INDEX by_time time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(time, 'UTC')
ORDER BY (tenant, metric, service, series, time, sipHash64(start_time, kind, ifNull(value, 0), count, ifNull(sum, 0), ifNull(min, 0), ifNull(max, 0), ((isNull(value) + (2 * isNull(sum))) + (4 * isNull(min))) + (8 * isNull(max)), point_json))
TTL toDateTime(received_at) + toIntervalDay(30)
SETTINGS merge_selector_base = 12, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 10000, index_granularity = 8192, min_age_to_force_merge_seconds = 21600, min_age_to_force_merge_on_partition_only = 1;

CREATE TABLE query_hours
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `is_total` UInt8 CODEC(ZSTD(1)),
    `user_id` String CODEC(ZSTD(1)),
    `hour` DateTime CODEC(Delta(4), ZSTD(1)),
    `started_hour` DateTime CODEC(Delta(4), ZSTD(1)),
    `database_type` LowCardinality(String) CODEC(ZSTD(1)),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    `queries` UInt64 CODEC(T64, ZSTD(1)),
    `durations` UInt64 CODEC(T64, ZSTD(1)),
    `duration_ms_sum` Float64 CODEC(ZSTD(1)),
    `duration_ms_max` Float64 CODEC(ZSTD(1)),
    `rows_sum` UInt64 CODEC(T64, ZSTD(1)),
    `generation` UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(hour, 'UTC')
ORDER BY (tenant, is_total, user_id, hour, started_hour, database_type, status)
SETTINGS index_granularity = 256;

CREATE TABLE retention_rules
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `id` String CODEC(ZSTD(1)),
    `settings_json` String CODEC(ZSTD(1)),
    `updated_by` String CODEC(ZSTD(1)),
    `updated_at` DateTime64(6) DEFAULT now64(6) CODEC(Delta(8), ZSTD(1)),
    `is_deleted` UInt8 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at, is_deleted)
ORDER BY (tenant, id)
SETTINGS index_granularity = 8192;

CREATE TABLE retention_runs
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `id` String CODEC(ZSTD(1)),
    `state` LowCardinality(String) CODEC(ZSTD(1)),
    `trigger` LowCardinality(String) CODEC(ZSTD(1)),
    `requested_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `started_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `ended_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `removed_json` String CODEC(ZSTD(1)),
    `fault` String CODEC(ZSTD(1)),
    `updated_at` DateTime64(6) DEFAULT now64(6) CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (tenant, id)
TTL toDateTime(updated_at) + toIntervalDay(90)
SETTINGS index_granularity = 8192;

CREATE TABLE saved_views
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `id` String CODEC(ZSTD(1)),
    `name` String CODEC(ZSTD(1)),
    `owner` String CODEC(ZSTD(1)),
    `filter_json` String CODEC(ZSTD(1)),
    `created_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `updated_at` DateTime64(6) DEFAULT now64(6) CODEC(Delta(8), ZSTD(1)),
    `is_deleted` UInt8 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at, is_deleted)
ORDER BY (tenant, id)
SETTINGS index_granularity = 8192;

CREATE TABLE schema_migrations
(
    `number` UInt32,
    `name` String,
    `sha256` String,
    `applied_at` DateTime64(6) DEFAULT now64(6)
)
ENGINE = ReplacingMergeTree
ORDER BY number
SETTINGS index_granularity = 8192;

CREATE TABLE spans
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `received_at` DateTime64(3) CODEC(Delta(8), ZSTD(1)),
    `trace_id` FixedString(16) CODEC(ZSTD(1)),
    `span_id` FixedString(8) CODEC(NONE),
    `parent_span_id` FixedString(8) CODEC(ZSTD(1)),
    `name` LowCardinality(String) CODEC(ZSTD(1)),
    `kind` UInt8 CODEC(ZSTD(1)),
    `started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `ended_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `status_code` UInt8 CODEC(ZSTD(1)),
    `service` LowCardinality(String) CODEC(ZSTD(1)),
    `role` Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4) CODEC(ZSTD(1)),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    `attribute_values` String CODEC(ZSTD(1)),
    `labels_json` LowCardinality(String) CODEC(ZSTD(1)),
    `fields_json` String CODEC(ZSTD(1)),
    `events_json` String CODEC(ZSTD(1)),
    `links_json` String CODEC(ZSTD(1)),
    `scope_json` LowCardinality(String) CODEC(ZSTD(1)),
    `resource_json` LowCardinality(String) CODEC(ZSTD(1)),
    INDEX by_trace_id trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ended_at)
PARTITION BY toDate(started_at, 'UTC')
ORDER BY (tenant, toStartOfFiveMinutes(started_at, 'UTC'), service, trace_id, started_at, span_id)
SETTINGS merge_selector_base = 12, non_replicated_deduplication_window = 10000, index_granularity = 8192;

CREATE TABLE step_days
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `day` DateTime CODEC(Delta(4), ZSTD(1)),
    `workflow_id` LowCardinality(String) CODEC(ZSTD(1)),
    `environment` LowCardinality(String) CODEC(ZSTD(1)),
    `kind` LowCardinality(String) CODEC(ZSTD(1)),
    `step_type` LowCardinality(String) CODEC(ZSTD(1)),
    `step_name` LowCardinality(String) CODEC(ZSTD(1)),
    `step_status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    `steps` UInt64 CODEC(T64, ZSTD(1)),
    `durations` UInt64 CODEC(T64, ZSTD(1)),
    `duration_ms_sum` Float64 CODEC(ZSTD(1)),
    `duration_ms_max` Float64 CODEC(ZSTD(1)),
    `duration_bucket` AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    `last_started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `generation` UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(day, 'UTC')
ORDER BY (tenant, workflow_id, day, environment, kind, step_type, step_name, step_status)
SETTINGS index_granularity = 256;

CREATE TABLE step_hours
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `hour` DateTime CODEC(Delta(4), ZSTD(1)),
    `workflow_id` LowCardinality(String) CODEC(ZSTD(1)),
    `environment` LowCardinality(String) CODEC(ZSTD(1)),
    `kind` LowCardinality(String) CODEC(ZSTD(1)),
    `step_type` LowCardinality(String) CODEC(ZSTD(1)),
    `step_name` LowCardinality(String) CODEC(ZSTD(1)),
    `step_status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10) CODEC(ZSTD(1)),
    `steps` UInt64 CODEC(T64, ZSTD(1)),
    `durations` UInt64 CODEC(T64, ZSTD(1)),
    `duration_ms_sum` Float64 CODEC(ZSTD(1)),
    `duration_ms_max` Float64 CODEC(ZSTD(1)),
    `duration_bucket` AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16) CODEC(ZSTD(1)),
    `last_started_at` DateTime64(9) CODEC(Delta(8), ZSTD(1)),
    `generation` UInt64 CODEC(T64, ZSTD(1))
)
ENGINE = ReplacingMergeTree(generation)
PARTITION BY toYYYYMM(hour, 'UTC')
ORDER BY (tenant, hour, workflow_id, environment, kind, step_type, step_name, step_status)
SETTINGS index_granularity = 256;

CREATE TABLE sync_jobs
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `environment` LowCardinality(String) CODEC(ZSTD(1)),
    `job_id` String CODEC(ZSTD(1)),
    `created_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `updated_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `state` Enum8('queued' = 1, 'running' = 2, 'done' = 3, 'partial' = 4, 'failed' = 5, 'cancelled' = 6) CODEC(ZSTD(1)),
    `instance` String CODEC(ZSTD(1)),
    `cursor` String CODEC(ZSTD(1)),
    `pages_committed` UInt32 CODEC(ZSTD(1)),
    `current` UInt64 CODEC(ZSTD(1)),
    `total` Nullable(UInt64) CODEC(ZSTD(1)),
    `skipped` UInt64 CODEC(ZSTD(1)),
    `unread` UInt64 CODEC(ZSTD(1)),
    `unread_first` String CODEC(ZSTD(1)),
    `incomplete` UInt64 CODEC(ZSTD(1)),
    `incomplete_first` String CODEC(ZSTD(1)),
    `error` String CODEC(ZSTD(1)),
    `owner` String CODEC(ZSTD(1)),
    `version` UInt64 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, environment, job_id)
TTL toDateTime(updated_at) + toIntervalDay(90)
SETTINGS index_granularity = 8192;

CREATE TABLE trace_executions
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `trace_id` FixedString(16) CODEC(ZSTD(1)),
    `execution_id` String CODEC(ZSTD(1)),
    `instance` LowCardinality(String) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (tenant, trace_id, execution_id, instance)
SETTINGS index_granularity = 256, merge_selector_base = 12;

CREATE MATERIALIZED VIEW trace_executions_from_locator TO trace_executions
(
    `tenant` LowCardinality(String),
    `trace_id` FixedString(16),
    `execution_id` String,
    `instance` LowCardinality(String)
)
AS SELECT
    tenant,
    arrayJoin(traces) AS trace_id,
    execution_id,
    instance
FROM
(
    SELECT
        tenant,
        execution_id,
        instance,
        if((length(execution_id) = 32) AND (execution_id != lower(hex(trace_id))) AND match(execution_id, '^[0-9a-f]{32}$'), [trace_id, toFixedString(substring(unhex(execution_id), 1, 16), 16)], [trace_id]) AS traces
    FROM execution_locator
);

CREATE TABLE traces
(
    `tenant` LowCardinality(String) CODEC(ZSTD(1)),
    `trace_id` FixedString(16) CODEC(ZSTD(1)),
    `first_started_at` SimpleAggregateFunction(min, DateTime64(9)) CODEC(ZSTD(1)),
    `last_started_at` SimpleAggregateFunction(max, DateTime64(9)) CODEC(ZSTD(1)),
    `services` SimpleAggregateFunction(groupUniqArrayArray, Array(String)) CODEC(ZSTD(1)),
    `spans` SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    `markers` SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, trace_id)
SETTINGS index_granularity = 256, merge_selector_base = 12, non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW traces_from_markers TO traces
(
    `tenant` LowCardinality(String),
    `trace_id` FixedString(16),
    `first_started_at` DateTime64(9),
    `last_started_at` DateTime64(9),
    `services` Array(String),
    `spans` UInt64,
    `markers` UInt64
)
AS SELECT
    tenant,
    trace_id,
    min(started_at) AS first_started_at,
    max(started_at) AS last_started_at,
    groupUniqArray(toString(service)) AS services,
    count() AS spans,
    count() AS markers
FROM markers
GROUP BY
    tenant,
    trace_id;

CREATE MATERIALIZED VIEW traces_from_spans TO traces
(
    `tenant` LowCardinality(String),
    `trace_id` FixedString(16),
    `first_started_at` DateTime64(9),
    `last_started_at` DateTime64(9),
    `services` Array(String),
    `spans` UInt64
)
AS SELECT
    tenant,
    trace_id,
    min(started_at) AS first_started_at,
    max(started_at) AS last_started_at,
    groupUniqArray(toString(service)) AS services,
    count() AS spans
FROM spans
GROUP BY
    tenant,
    trace_id;

CREATE VIEW user_recent_executions
(
    `tenant` LowCardinality(String),
    `user_id` String,
    `recency` UInt64,
    `execution_id` String,
    `instance` LowCardinality(String),
    `kind` LowCardinality(String),
    `workflow_id` LowCardinality(String),
    `workflow_name` LowCardinality(String),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
    `conversation_id` String,
    `database_type` LowCardinality(String),
    `query` String,
    `started_at` DateTime64(9),
    `ended_at` Nullable(DateTime64(9)),
    `duration_ms` Nullable(Float64),
    `error_type` LowCardinality(String),
    `error_message` String,
    `anchor_at` DateTime64(6)
)
AS SELECT
    tenant,
    user_id,
    row_number() OVER (PARTITION BY tenant, user_id ORDER BY started_at DESC, execution_id DESC, instance DESC) AS recency,
    execution_id,
    instance,
    kind,
    workflow_id,
    workflow_name,
    status,
    conversation_id,
    database_type,
    query,
    started_at,
    ended_at,
    duration_ms,
    error_type,
    error_message,
    anchor_at
FROM executions
FINAL
WHERE user_id != '';

CREATE VIEW v_current_executions
(
    `tenant` LowCardinality(String),
    `execution_id` String,
    `instance` LowCardinality(String),
    `kind` LowCardinality(String),
    `workflow_id` LowCardinality(String),
    `workflow_name` LowCardinality(String),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
    `environment` LowCardinality(String),
    `service` LowCardinality(String),
    `user_id` String,
    `conversation_id` String,
    `started_at` DateTime64(9),
    `elapsed_ms` Int64,
    `progress` Nullable(Float32),
    `expected_end_at` Nullable(DateTime64(9)),
    `last_seen_at` DateTime64(9),
    `heartbeat_at` Nullable(DateTime64(3)),
    `step_count` UInt32,
    `trace_id` FixedString(16)
)
AS SELECT
    tenant,
    execution_id,
    instance,
    kind,
    workflow_id,
    workflow_name,
    status,
    environment,
    service,
    user_id,
    conversation_id,
    started_at,
    dateDiff('millisecond', started_at, now64(3)) AS elapsed_ms,
    progress,
    expected_end_at,
    last_seen_at,
    heartbeat_at,
    step_count,
    trace_id
FROM executions
FINAL
WHERE (status IN ('queued', 'running', 'waiting')) AND ((tenant, anchor_at) IN (
    SELECT
        tenant,
        anchor_at
    FROM executions
    WHERE (status IN ('queued', 'running', 'waiting')) AND (is_deleted = 0)
));

CREATE VIEW v_execution_latency_distribution
(
    `tenant` LowCardinality(String),
    `hour` DateTime('UTC'),
    `kind` LowCardinality(String),
    `environment` LowCardinality(String),
    `workflow_id` LowCardinality(String),
    `executions` UInt64,
    `timed` UInt64,
    `avg_ms` Nullable(Float64),
    `percentiles_ms` Array(Nullable(Float64)),
    `p50_ms` Nullable(Float64),
    `p75_ms` Nullable(Float64),
    `p90_ms` Nullable(Float64),
    `p95_ms` Nullable(Float64),
    `p99_ms` Nullable(Float64),
    `max_ms` Nullable(Float64)
)
AS SELECT
    tenant,
    toStartOfHour(minute, 'UTC') AS hour,
    kind,
    environment,
    workflow_id,
    sum(part.executions) AS executions,
    sum(part.durations) AS timed,
    if(timed = 0, NULL, sum(part.duration_ms_sum) / timed) AS avg_ms,
    arrayMap(bucket -> if(isNaN(bucket), NULL, if(bucket < 1, 0.125, 0.25 * pow(1.022, bucket - 0.5))), quantilesTimingMerge(0.5, 0.75, 0.9, 0.95, 0.99)(part.duration_bucket)) AS percentiles_ms,
    percentiles_ms[1] AS p50_ms,
    percentiles_ms[2] AS p75_ms,
    percentiles_ms[3] AS p90_ms,
    percentiles_ms[4] AS p95_ms,
    percentiles_ms[5] AS p99_ms,
    if(timed = 0, NULL, max(part.duration_ms_max)) AS max_ms
FROM v_execution_minutes AS part
WHERE part.status NOT IN ('queued', 'running', 'waiting')
GROUP BY
    tenant,
    hour,
    kind,
    environment,
    workflow_id;

CREATE VIEW v_execution_minutes
(
    `tenant` LowCardinality(String),
    `minute` DateTime,
    `kind` LowCardinality(String),
    `environment` LowCardinality(String),
    `workflow_id` LowCardinality(String),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
    `executions` UInt64,
    `queue_ms_sum` Float64,
    `rows_total_sum` UInt64,
    `durations` UInt64,
    `duration_ms_sum` Float64,
    `duration_ms_max` Float64,
    `duration_bucket` AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16),
    `last_started_at` DateTime64(9)
)
AS WITH
    waiting AS
    (
        SELECT
            tenant,
            hour
        FROM dirty_hours
        GROUP BY
            tenant,
            hour
        HAVING (max(dirty_at) >= max(rebuilt_at)) AND (max(frozen_at) = toDateTime64(0, 6))
    )
SELECT
    tenant,
    minute,
    kind,
    environment,
    workflow_id,
    status,
    executions,
    queue_ms_sum,
    rows_total_sum,
    durations,
    duration_ms_sum,
    duration_ms_max,
    duration_bucket,
    last_started_at
FROM execution_minutes
FINAL
WHERE (executions > 0) AND ((tenant, toStartOfHour(minute, 'UTC')) NOT IN (waiting))
UNION ALL
WITH
    waiting AS
    (
        SELECT
            tenant,
            hour
        FROM dirty_hours
        GROUP BY
            tenant,
            hour
        HAVING (max(dirty_at) >= max(rebuilt_at)) AND (max(frozen_at) = toDateTime64(0, 6))
    )
SELECT
    tenant,
    toStartOfMinute(started_at, 'UTC') AS minute,
    kind,
    environment,
    workflow_id,
    status,
    count() AS executions,
    sum(ifNull(queue_ms, 0)) AS queue_ms_sum,
    sum(ifNull(rows_total, 0)) AS rows_total_sum,
    count(duration_ms) AS durations,
    sum(ifNull(duration_ms, 0)) AS duration_ms_sum,
    max(ifNull(duration_ms, 0)) AS duration_ms_max,
    quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(toUInt16(if(ifNull(duration_ms, 0) < 0.25, 0, 1 + floor(log(ifNull(duration_ms, 0) / 0.25) / log(1.022)))), isNotNull(duration_ms)) AS duration_bucket,
    max(started_at) AS last_started_at
FROM executions
FINAL
WHERE ((tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)) AND ((tenant, toStartOfHour(anchor_at, 'UTC')) IN (
    SELECT
        tenant,
        toStartOfHour(anchor_at, 'UTC')
    FROM executions
    WHERE (tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)
))
GROUP BY
    tenant,
    minute,
    kind,
    environment,
    workflow_id,
    status;

CREATE VIEW v_metric_points
(
    `tenant` LowCardinality(String),
    `received_at` DateTime64(3),
    `metric` LowCardinality(String),
    `service` LowCardinality(String),
    `series` UInt64,
    `time` DateTime64(9),
    `start_time` DateTime64(9),
    `kind` Enum8('gauge' = 1, 'sum' = 2, 'histogram' = 3, 'exponential_histogram' = 4, 'summary' = 5),
    `value` Nullable(Float64),
    `count` UInt64,
    `sum` Nullable(Float64),
    `min` Nullable(Float64),
    `max` Nullable(Float64),
    `unit` LowCardinality(String),
    `description` LowCardinality(String),
    `temporality` UInt8,
    `monotonic` UInt8,
    `metadata` Map(LowCardinality(String), String),
    `metadata_types` LowCardinality(String),
    `attributes` Map(LowCardinality(String), String),
    `attribute_types` LowCardinality(String),
    `flags` UInt32,
    `value_int` String,
    `explicit_bounds` Array(Float64),
    `bucket_counts` Array(UInt64),
    `scale` Int32,
    `zero_count` UInt64,
    `zero_threshold` Float64,
    `positive_offset` Int32,
    `positive_counts` Array(UInt64),
    `negative_offset` Int32,
    `negative_counts` Array(UInt64),
    `quantiles` Array(Float64),
    `quantile_values` Array(Float64),
    `exemplars.time` Array(DateTime64(9)),
    `exemplars.value` Array(String),
    `exemplars.trace_id` Array(FixedString(16)),
    `exemplars.span_id` Array(FixedString(8)),
    `exemplars.attributes` Array(Map(LowCardinality(String), String)),
    `exemplars.attribute_types` Array(String),
    `scope_name` LowCardinality(String),
    `scope_version` LowCardinality(String),
    `scope_schema_url` LowCardinality(String),
    `scope_attributes` Map(LowCardinality(String), String),
    `scope_attribute_types` LowCardinality(String),
    `scope_dropped_attributes_count` UInt32,
    `resource_schema_url` LowCardinality(String),
    `resource_attributes` Map(LowCardinality(String), String),
    `resource_attribute_types` LowCardinality(String),
    `resource_dropped_attributes_count` UInt32
)
AS SELECT
    tenant,
    received_at,
    metric,
    service,
    series,
    time,
    start_time,
    kind,
    value,
    count,
    sum,
    min,
    max,
    CAST(JSONExtractString(metric_json, 'unit'), 'LowCardinality(String)') AS unit,
    CAST(JSONExtractString(metric_json, 'description'), 'LowCardinality(String)') AS description,
    CAST(JSONExtractUInt(metric_json, 'temporality'), 'UInt8') AS temporality,
    CAST(JSONExtractUInt(metric_json, 'monotonic'), 'UInt8') AS monotonic,
    CAST(JSONExtract(metric_json, 'attributes', 'Map(String, String)'), 'Map(LowCardinality(String), String)') AS metadata,
    CAST(JSONExtractString(metric_json, 'attribute_types'), 'LowCardinality(String)') AS metadata_types,
    CAST(JSONExtract(series_json, 'attributes', 'Map(String, String)'), 'Map(LowCardinality(String), String)') AS attributes,
    CAST(JSONExtractString(series_json, 'attribute_types'), 'LowCardinality(String)') AS attribute_types,
    CAST(JSONExtractUInt(point_json, 'flags'), 'UInt32') AS flags,
    CAST(JSONExtractString(point_json, 'value_int'), 'String') AS value_int,
    CAST(JSONExtract(series_json, 'explicit_bounds', 'Array(Float64)'), 'Array(Float64)') AS explicit_bounds,
    CAST(JSONExtract(point_json, 'bucket_counts', 'Array(UInt64)'), 'Array(UInt64)') AS bucket_counts,
    CAST(JSONExtractInt(point_json, 'scale'), 'Int32') AS scale,
    CAST(JSONExtractUInt(point_json, 'zero_count'), 'UInt64') AS zero_count,
    CAST(JSONExtractFloat(point_json, 'zero_threshold'), 'Float64') AS zero_threshold,
    CAST(JSONExtractInt(point_json, 'positive_offset'), 'Int32') AS positive_offset,
    CAST(JSONExtract(point_json, 'positive_counts', 'Array(UInt64)'), 'Array(UInt64)') AS positive_counts,
    CAST(JSONExtractInt(point_json, 'negative_offset'), 'Int32') AS negative_offset,
    CAST(JSONExtract(point_json, 'negative_counts', 'Array(UInt64)'), 'Array(UInt64)') AS negative_counts,
    CAST(JSONExtract(point_json, 'quantiles', 'Array(Float64)'), 'Array(Float64)') AS quantiles,
    CAST(JSONExtract(point_json, 'quantile_values', 'Array(Float64)'), 'Array(Float64)') AS quantile_values,
    CAST(arrayMap(at -> fromUnixTimestamp64Nano(at), JSONExtract(point_json, 'exemplars', 'time', 'Array(Int64)')), 'Array(DateTime64(9))') AS `exemplars.time`,
    CAST(JSONExtract(point_json, 'exemplars', 'value', 'Array(String)'), 'Array(String)') AS `exemplars.value`,
    CAST(arrayMap(id -> toFixedString(unhex(id), 16), JSONExtract(point_json, 'exemplars', 'trace_id', 'Array(String)')), 'Array(FixedString(16))') AS `exemplars.trace_id`,
    CAST(arrayMap(id -> toFixedString(unhex(id), 8), JSONExtract(point_json, 'exemplars', 'span_id', 'Array(String)')), 'Array(FixedString(8))') AS `exemplars.span_id`,
    CAST(JSONExtract(point_json, 'exemplars', 'attributes', 'Array(Map(String, String))'), 'Array(Map(LowCardinality(String), String))') AS `exemplars.attributes`,
    CAST(JSONExtract(point_json, 'exemplars', 'attribute_types', 'Array(String)'), 'Array(String)') AS `exemplars.attribute_types`,
    CAST(JSONExtractString(scope_json, 'name'), 'LowCardinality(String)') AS scope_name,
    CAST(JSONExtractString(scope_json, 'version'), 'LowCardinality(String)') AS scope_version,
    CAST(JSONExtractString(scope_json, 'schema_url'), 'LowCardinality(String)') AS scope_schema_url,
    CAST(JSONExtract(scope_json, 'attributes', 'Map(String, String)'), 'Map(LowCardinality(String), String)') AS scope_attributes,
    CAST(JSONExtractString(scope_json, 'attribute_types'), 'LowCardinality(String)') AS scope_attribute_types,
    CAST(JSONExtractUInt(scope_json, 'dropped_attributes_count'), 'UInt32') AS scope_dropped_attributes_count,
    CAST(JSONExtractString(resource_json, 'schema_url'), 'LowCardinality(String)') AS resource_schema_url,
    CAST(JSONExtract(resource_json, 'attributes', 'Map(String, String)'), 'Map(LowCardinality(String), String)') AS resource_attributes,
    CAST(JSONExtractString(resource_json, 'attribute_types'), 'LowCardinality(String)') AS resource_attribute_types,
    CAST(JSONExtractUInt(resource_json, 'dropped_attributes_count'), 'UInt32') AS resource_dropped_attributes_count
FROM metric_points
FINAL;

CREATE VIEW v_spans
(
    `tenant` LowCardinality(String),
    `received_at` DateTime64(3),
    `trace_id` FixedString(16),
    `span_id` FixedString(8),
    `parent_span_id` FixedString(8),
    `name` LowCardinality(String),
    `kind` UInt8,
    `started_at` DateTime64(9),
    `ended_at` DateTime64(9),
    `status_code` UInt8,
    `service` LowCardinality(String),
    `role` Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4),
    `status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
    `attributes` Map(LowCardinality(String), String),
    `attribute_types` String,
    `flags` UInt32,
    `dropped_attributes_count` UInt32,
    `dropped_events_count` UInt32,
    `dropped_links_count` UInt32,
    `trace_state` String,
    `status_message` String,
    `events.time` Array(DateTime64(9)),
    `events.name` Array(LowCardinality(String)),
    `events.attributes` Array(Map(LowCardinality(String), String)),
    `events.attribute_types` Array(String),
    `events.dropped_attributes_count` Array(UInt32),
    `links.trace_id` Array(FixedString(16)),
    `links.span_id` Array(FixedString(8)),
    `links.trace_state` Array(String),
    `links.flags` Array(UInt32),
    `links.attributes` Array(Map(LowCardinality(String), String)),
    `links.attribute_types` Array(String),
    `links.dropped_attributes_count` Array(UInt32),
    `scope_name` LowCardinality(String),
    `scope_version` LowCardinality(String),
    `scope_schema_url` LowCardinality(String),
    `scope_attributes` Map(LowCardinality(String), String),
    `scope_attribute_types` LowCardinality(String),
    `scope_dropped_attributes_count` UInt32,
    `resource_schema_url` LowCardinality(String),
    `resource_attributes` Map(LowCardinality(String), String),
    `resource_attribute_types` LowCardinality(String),
    `resource_dropped_attributes_count` UInt32,
    `rule` UInt8,
    `status_explicit` UInt8,
    `attempt` UInt16,
    `provider` LowCardinality(String),
    `execution_kind` LowCardinality(String),
    `instance` LowCardinality(String),
    `workflow_id` LowCardinality(String),
    `workflow_name` LowCardinality(String),
    `workflow_version` LowCardinality(String),
    `mode` LowCardinality(String),
    `environment` LowCardinality(String),
    `step_name` LowCardinality(String),
    `step_type` LowCardinality(String),
    `error_type` LowCardinality(String),
    `response_status_code` LowCardinality(String),
    `database_type` LowCardinality(String),
    `input_key` LowCardinality(String),
    `output_key` LowCardinality(String),
    `execution_id` String,
    `user_id` String,
    `conversation_id` String,
    `error_message` String,
    `error_stack` String,
    `query` String,
    `query_complexity` String,
    `query_page` String,
    `query_page_size` String,
    `parent_execution_id` String,
    `retry_of` String,
    `replay_of` String,
    `rows_total` Nullable(UInt64),
    `rows_returned` Nullable(UInt64),
    `progress` Nullable(Float32),
    `queued_at` Nullable(DateTime64(9)),
    `expected_end_at` Nullable(DateTime64(9))
)
AS SELECT
    tenant,
    received_at,
    trace_id,
    span_id,
    parent_span_id,
    name,
    kind,
    started_at,
    ended_at,
    status_code,
    service,
    role,
    status,
    CAST(mapFromArrays(arraySlice(JSONExtract(labels_json, 'attribute_keys', 'Array(String)'), 1, length(JSONExtract(attribute_values, 'Array(String)'))), JSONExtract(attribute_values, 'Array(String)')), 'Map(LowCardinality(String), String)') AS attributes,
    CAST(JSONExtractString(labels_json, 'attribute_types'), 'String') AS attribute_types,
    CAST(JSONExtractUInt(labels_json, 'flags'), 'UInt32') AS flags,
    CAST(JSONExtractUInt(labels_json, 'dropped_attributes_count'), 'UInt32') AS dropped_attributes_count,
    CAST(JSONExtractUInt(labels_json, 'dropped_events_count'), 'UInt32') AS dropped_events_count,
    CAST(JSONExtractUInt(labels_json, 'dropped_links_count'), 'UInt32') AS dropped_links_count,
    CAST(JSONExtractString(fields_json, 'trace_state'), 'String') AS trace_state,
    CAST(JSONExtractString(fields_json, 'status_message'), 'String') AS status_message,
    CAST(arrayMap(at -> fromUnixTimestamp64Nano(at), JSONExtract(events_json, 'time', 'Array(Int64)')), 'Array(DateTime64(9))') AS `events.time`,
    CAST(JSONExtract(events_json, 'name', 'Array(String)'), 'Array(LowCardinality(String))') AS `events.name`,
    CAST(JSONExtract(events_json, 'attributes', 'Array(Map(String, String))'), 'Array(Map(LowCardinality(String), String))') AS `events.attributes`,
    CAST(JSONExtract(events_json, 'attribute_types', 'Array(String)'), 'Array(String)') AS `events.attribute_types`,
    CAST(JSONExtract(events_json, 'dropped_attributes_count', 'Array(UInt32)'), 'Array(UInt32)') AS `events.dropped_attributes_count`,
    CAST(arrayMap(id -> toFixedString(unhex(id), 16), JSONExtract(links_json, 'trace_id', 'Array(String)')), 'Array(FixedString(16))') AS `links.trace_id`,
    CAST(arrayMap(id -> toFixedString(unhex(id), 8), JSONExtract(links_json, 'span_id', 'Array(String)')), 'Array(FixedString(8))') AS `links.span_id`,
    CAST(JSONExtract(links_json, 'trace_state', 'Array(String)'), 'Array(String)') AS `links.trace_state`,
    CAST(JSONExtract(links_json, 'flags', 'Array(UInt32)'), 'Array(UInt32)') AS `links.flags`,
    CAST(JSONExtract(links_json, 'attributes', 'Array(Map(String, String))'), 'Array(Map(LowCardinality(String), String))') AS `links.attributes`,
    CAST(JSONExtract(links_json, 'attribute_types', 'Array(String)'), 'Array(String)') AS `links.attribute_types`,
    CAST(JSONExtract(links_json, 'dropped_attributes_count', 'Array(UInt32)'), 'Array(UInt32)') AS `links.dropped_attributes_count`,
    CAST(JSONExtractString(scope_json, 'name'), 'LowCardinality(String)') AS scope_name,
    CAST(JSONExtractString(scope_json, 'version'), 'LowCardinality(String)') AS scope_version,
    CAST(JSONExtractString(scope_json, 'schema_url'), 'LowCardinality(String)') AS scope_schema_url,
    CAST(JSONExtract(scope_json, 'attributes', 'Map(String, String)'), 'Map(LowCardinality(String), String)') AS scope_attributes,
    CAST(JSONExtractString(scope_json, 'attribute_types'), 'LowCardinality(String)') AS scope_attribute_types,
    CAST(JSONExtractUInt(scope_json, 'dropped_attributes_count'), 'UInt32') AS scope_dropped_attributes_count,
    CAST(JSONExtractString(resource_json, 'schema_url'), 'LowCardinality(String)') AS resource_schema_url,
    CAST(JSONExtract(resource_json, 'attributes', 'Map(String, String)'), 'Map(LowCardinality(String), String)') AS resource_attributes,
    CAST(JSONExtractString(resource_json, 'attribute_types'), 'LowCardinality(String)') AS resource_attribute_types,
    CAST(JSONExtractUInt(resource_json, 'dropped_attributes_count'), 'UInt32') AS resource_dropped_attributes_count,
    CAST(JSONExtractUInt(labels_json, 'rule'), 'UInt8') AS rule,
    CAST(JSONExtractUInt(labels_json, 'status_explicit'), 'UInt8') AS status_explicit,
    CAST(JSONExtractUInt(labels_json, 'attempt'), 'UInt16') AS attempt,
    CAST(JSONExtractString(labels_json, 'provider'), 'LowCardinality(String)') AS provider,
    CAST(JSONExtractString(labels_json, 'execution_kind'), 'LowCardinality(String)') AS execution_kind,
    CAST(JSONExtractString(labels_json, 'instance'), 'LowCardinality(String)') AS instance,
    CAST(JSONExtractString(labels_json, 'workflow_id'), 'LowCardinality(String)') AS workflow_id,
    CAST(JSONExtractString(labels_json, 'workflow_name'), 'LowCardinality(String)') AS workflow_name,
    CAST(JSONExtractString(labels_json, 'workflow_version'), 'LowCardinality(String)') AS workflow_version,
    CAST(JSONExtractString(labels_json, 'mode'), 'LowCardinality(String)') AS mode,
    CAST(JSONExtractString(labels_json, 'environment'), 'LowCardinality(String)') AS environment,
    CAST(JSONExtractString(labels_json, 'step_name'), 'LowCardinality(String)') AS step_name,
    CAST(JSONExtractString(labels_json, 'step_type'), 'LowCardinality(String)') AS step_type,
    CAST(JSONExtractString(labels_json, 'error_type'), 'LowCardinality(String)') AS error_type,
    CAST(JSONExtractString(labels_json, 'response_status_code'), 'LowCardinality(String)') AS response_status_code,
    CAST(JSONExtractString(labels_json, 'database_type'), 'LowCardinality(String)') AS database_type,
    CAST(JSONExtractString(labels_json, 'input_key'), 'LowCardinality(String)') AS input_key,
    CAST(JSONExtractString(labels_json, 'output_key'), 'LowCardinality(String)') AS output_key,
    CAST(JSONExtractString(fields_json, 'execution_id'), 'String') AS execution_id,
    CAST(JSONExtractString(fields_json, 'user_id'), 'String') AS user_id,
    CAST(JSONExtractString(fields_json, 'conversation_id'), 'String') AS conversation_id,
    CAST(JSONExtractString(fields_json, 'error_message'), 'String') AS error_message,
    CAST(JSONExtractString(fields_json, 'error_stack'), 'String') AS error_stack,
    CAST(JSONExtractString(fields_json, 'query'), 'String') AS query,
    CAST(JSONExtractString(fields_json, 'query_complexity'), 'String') AS query_complexity,
    CAST(JSONExtractString(fields_json, 'query_page'), 'String') AS query_page,
    CAST(JSONExtractString(fields_json, 'query_page_size'), 'String') AS query_page_size,
    CAST(JSONExtractString(fields_json, 'parent_execution_id'), 'String') AS parent_execution_id,
    CAST(JSONExtractString(fields_json, 'retry_of'), 'String') AS retry_of,
    CAST(JSONExtractString(fields_json, 'replay_of'), 'String') AS replay_of,
    CAST(JSONExtract(fields_json, 'rows_total', 'Nullable(UInt64)'), 'Nullable(UInt64)') AS rows_total,
    CAST(JSONExtract(fields_json, 'rows_returned', 'Nullable(UInt64)'), 'Nullable(UInt64)') AS rows_returned,
    CAST(JSONExtract(fields_json, 'progress', 'Nullable(Float32)'), 'Nullable(Float32)') AS progress,
    CAST(fromUnixTimestamp64Nano(JSONExtract(fields_json, 'queued_at', 'Nullable(Int64)')), 'Nullable(DateTime64(9))') AS queued_at,
    CAST(fromUnixTimestamp64Nano(JSONExtract(fields_json, 'expected_end_at', 'Nullable(Int64)')), 'Nullable(DateTime64(9))') AS expected_end_at
FROM spans
FINAL;

CREATE VIEW v_step_hours
(
    `tenant` LowCardinality(String),
    `hour` DateTime,
    `workflow_id` LowCardinality(String),
    `environment` LowCardinality(String),
    `kind` LowCardinality(String),
    `step_type` LowCardinality(String),
    `step_name` LowCardinality(String),
    `step_status` Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10),
    `steps` UInt64,
    `durations` UInt64,
    `duration_ms_sum` Float64,
    `duration_ms_max` Float64,
    `duration_bucket` AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16),
    `last_started_at` DateTime64(9)
)
AS WITH
    waiting AS
    (
        SELECT
            tenant,
            hour
        FROM dirty_hours
        GROUP BY
            tenant,
            hour
        HAVING (max(dirty_at) >= max(rebuilt_at)) AND (max(frozen_at) = toDateTime64(0, 6))
    )
SELECT
    tenant,
    hour,
    workflow_id,
    environment,
    kind,
    step_type,
    step_name,
    step_status,
    steps,
    durations,
    duration_ms_sum,
    duration_ms_max,
    duration_bucket,
    last_started_at
FROM step_hours
FINAL
WHERE (steps > 0) AND ((tenant, hour) NOT IN (waiting))
UNION ALL
WITH
    waiting AS
    (
        SELECT
            tenant,
            hour
        FROM dirty_hours
        GROUP BY
            tenant,
            hour
        HAVING (max(dirty_at) >= max(rebuilt_at)) AND (max(frozen_at) = toDateTime64(0, 6))
    )
SELECT
    tenant,
    toStartOfHour(started_at, 'UTC') AS hour,
    workflow_id,
    environment,
    kind,
    step_type,
    step_name,
    step_status,
    count() AS steps,
    count(step_ms) AS durations,
    sum(ifNull(step_ms, 0)) AS duration_ms_sum,
    max(ifNull(step_ms, 0)) AS duration_ms_max,
    quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(toUInt16(if(ifNull(step_ms, 0) < 0.025, 0, 1 + floor(log(ifNull(step_ms, 0) / 0.025) / log(1.022)))), isNotNull(step_ms)) AS duration_bucket,
    max(started_at) AS last_started_at
FROM executions
FINAL
ARRAY JOIN
    steps.name AS step_name,
    steps.type AS step_type,
    steps.status AS step_status,
    steps.duration_ms AS step_ms
WHERE ((tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)) AND ((tenant, toStartOfHour(anchor_at, 'UTC')) IN (
    SELECT
        tenant,
        toStartOfHour(anchor_at, 'UTC')
    FROM executions
    WHERE (tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)
))
GROUP BY
    tenant,
    hour,
    workflow_id,
    environment,
    kind,
    step_type,
    step_name,
    step_status;

CREATE TABLE worker_leases
(
    `job` LowCardinality(String) CODEC(ZSTD(1)),
    `owner` String CODEC(ZSTD(1)),
    `host` String CODEC(ZSTD(1)),
    `pid` UInt32 CODEC(ZSTD(1)),
    `claimed_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `renewed_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `expires_at` DateTime64(6) CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(renewed_at)
ORDER BY (job, owner)
TTL toDateTime(expires_at) + toIntervalDay(1)
SETTINGS index_granularity = 8192;

CREATE TABLE worker_status
(
    `job` LowCardinality(String) CODEC(ZSTD(1)),
    `updated_at` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `owner` String CODEC(ZSTD(1)),
    `position` DateTime64(6) CODEC(Delta(8), ZSTD(1)),
    `lag_ms` Float64 CODEC(ZSTD(1)),
    `traces_waiting` UInt64 CODEC(T64, ZSTD(1)),
    `traces_settled` UInt64 CODEC(T64, ZSTD(1)),
    `executions_written` UInt64 CODEC(T64, ZSTD(1)),
    `fault` String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY job
SETTINGS index_granularity = 8192;
