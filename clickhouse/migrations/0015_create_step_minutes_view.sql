-- Every step that has ended, once: a span seen open counts when its end arrives, and the collector lets no resend through.
-- A clock that ran backwards gives a duration of zero.
CREATE MATERIALIZED VIEW IF NOT EXISTS step_minutes_from_spans TO step_minutes AS
SELECT
    tenant,
    toStartOfMinute(started_at, 'UTC') AS minute,
    service,
    provider,
    workflow_id,
    step_type,
    step_name,
    status,
    count() AS steps,
    count() AS durations,
    sum(duration_ms) AS duration_ms_sum,
    max(duration_ms) AS duration_ms_max,
    quantilesTimingState(0.5, 0.75, 0.9, 0.95, 0.99)(
        toUInt16(if(duration_ms < 0.025, 0, 1 + floor(log(duration_ms / 0.025) / log(1.022))))
    ) AS duration_bucket,
    max(started_at) AS last_started_at,
    sum(ifNull(rows_returned, 0)) AS rows_returned_sum
FROM
(
    SELECT
        *,
        greatest(0, (toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(started_at)) / 1e6) AS duration_ms
    FROM spans
    WHERE role IN ('step', 'candidate') AND toUnixTimestamp64Nano(ended_at) > 0
)
GROUP BY tenant, minute, service, provider, workflow_id, step_type, step_name, status
