-- Queries by day, user, type of database and status, for SQL users, true at any moment: executions that are queries, and the database steps
-- of all others. Rebuilt hours come from query_hours, all others from executions: these are looked up first and then merged by the hours
-- of their anchors only, as in v_step_hours.
CREATE VIEW IF NOT EXISTS execution_analytics AS
WITH rebuilt AS
(
    SELECT tenant, hour, toUInt64(toUnixTimestamp64Micro(max(rebuilt_at))) AS generation
    FROM dirty_hours
    GROUP BY tenant, hour
    HAVING max(dirty_at) < max(rebuilt_at) OR max(frozen_at) > toDateTime64(0, 6)
),
waiting AS
(
    SELECT tenant, hour
    FROM dirty_hours
    GROUP BY tenant, hour
    HAVING max(dirty_at) >= max(rebuilt_at) AND max(frozen_at) = toDateTime64(0, 6)
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
    WHERE is_total = 0 AND (tenant, started_hour, query_hours.generation) IN (rebuilt)
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
        SELECT tenant, user_id, query_started_at, query_type, query_status, query_rows_total, query_rows_returned,
            if(query_status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'), if(query_ended_at < query_started_at, NULL, (toUnixTimestamp64Nano(query_ended_at) - toUnixTimestamp64Nano(query_started_at)) / 1e6), NULL) AS query_ms
        FROM executions FINAL
        ARRAY JOIN
          if(kind = 'query', [execution_id], arrayMap(key -> concat(lower(hex(substring(key, 1, 16))), '-', lower(hex(substring(key, 17)))), queries.key)) AS query_id,
          if(kind = 'query', [database_type], queries.database_type) AS query_type,
          if(kind = 'query', [status], queries.status) AS query_status,
          if(kind = 'query', [query], queries.text) AS query_text,
          if(kind = 'query', [started_at], queries.started_at) AS query_started_at,
          if(kind = 'query', [ifNull(ended_at, toDateTime64(0, 9))], queries.ended_at) AS query_ended_at,
          if(kind = 'query', [rows_total], queries.rows_total) AS query_rows_total,
          if(kind = 'query', [rows_returned], queries.rows_returned) AS query_rows_returned,
          if(kind = 'query', [concat(replaceAll(attributes['runlens.query.complexity'], '\t', ' '), '\t', replaceAll(attributes['runlens.query.page'], '\t', ' '), '\t', replaceAll(attributes['runlens.query.page_size'], '\t', ' '), '\t', error_type, '\t', error_message)], queries.details) AS query_details
        WHERE (tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)
          AND (tenant, toStartOfHour(anchor_at, 'UTC')) IN
          (
              SELECT tenant, toStartOfHour(anchor_at, 'UTC')
              FROM executions
              WHERE (tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)
          )
    )
)
GROUP BY tenant, day, user_id, database_type, status
