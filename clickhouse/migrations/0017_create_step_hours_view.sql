-- Steps by workflow and hour, true at any moment: rebuilt hours from step_hours, all others from executions.
-- No skip index follows from a set of hours, so the executions of waiting hours are looked up first, and then merged by the hours of
-- their anchors only: those stay the same over all versions of a row.
CREATE VIEW IF NOT EXISTS v_step_hours AS
WITH waiting AS
(
    SELECT tenant, hour
    FROM dirty_hours
    GROUP BY tenant, hour
    HAVING max(dirty_at) >= max(rebuilt_at) AND max(frozen_at) = toDateTime64(0, 6)
)
SELECT
    tenant, hour, workflow_id, environment, kind, step_type, step_name, step_status,
    steps, durations, duration_ms_sum, duration_ms_max, duration_bucket, last_started_at
FROM step_hours FINAL
WHERE steps > 0 AND (tenant, hour) NOT IN (waiting)
UNION ALL
SELECT
    tenant,
    toStartOfHour(started_at, 'UTC') AS hour,
    workflow_id, environment, kind, step_type, step_name, step_status,
    count() AS steps,
    count(step_ms) AS durations,
    sum(ifNull(step_ms, 0)) AS duration_ms_sum,
    max(ifNull(step_ms, 0)) AS duration_ms_max,
    quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(
        toUInt16(if(ifNull(step_ms, 0) < 0.025, 0, 1 + floor(log(ifNull(step_ms, 0) / 0.025) / log(1.022)))),
        isNotNull(step_ms)
    ) AS duration_bucket,
    max(started_at) AS last_started_at
FROM executions FINAL
ARRAY JOIN
    steps.name AS step_name,
    steps.type AS step_type,
    steps.status AS step_status,
    steps.duration_ms AS step_ms
WHERE (tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)
  AND (tenant, toStartOfHour(anchor_at, 'UTC')) IN
  (
      SELECT tenant, toStartOfHour(anchor_at, 'UTC')
      FROM executions
      WHERE (tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)
  )
GROUP BY tenant, hour, workflow_id, environment, kind, step_type, step_name, step_status
