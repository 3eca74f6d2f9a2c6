-- Marks the hour of every execution that is written, and the one it moved away from; what retention removes changes no figure.
CREATE MATERIALIZED VIEW IF NOT EXISTS dirty_hours_from_executions TO dirty_hours AS
SELECT
    tenant,
    toStartOfHour(arrayJoin([started_at, ifNull(previous_started_at, started_at)]), 'UTC') AS hour,
    now64(6) AS dirty_at,
    toDateTime64(0, 6) AS rebuilt_at
FROM executions
WHERE removed = ''
GROUP BY tenant, hour
