-- Every execution once, in the row that made it final first. Later amendments are the business of the hours.
CREATE MATERIALIZED VIEW IF NOT EXISTS execution_minutes_from_executions TO execution_minutes AS
SELECT
    tenant,
    toStartOfMinute(started_at, 'UTC') AS minute,
    kind,
    environment,
    workflow_id,
    status,
    count() AS executions,
    count(duration_ms) AS durations,
    sum(ifNull(duration_ms, 0)) AS duration_ms_sum,
    max(ifNull(duration_ms, 0)) AS duration_ms_max,
    quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(
        toUInt16(if(ifNull(duration_ms, 0) < 0.25, 0, 1 + floor(log(ifNull(duration_ms, 0) / 0.25) / log(1.022)))),
        isNotNull(duration_ms)
    ) AS duration_bucket,
    max(started_at) AS last_started_at,
    sum(ifNull(queue_ms, 0)) AS queue_ms_sum,
    sum(ifNull(rows_total, 0)) AS rows_total_sum
FROM executions
WHERE first_final = 1 AND is_deleted = 0
GROUP BY tenant, minute, kind, environment, workflow_id, status
