-- Executions by minute, true at any moment: rebuilt hours from execution_minutes, all others from executions.
-- No skip index follows from a set of hours, so the executions of waiting hours are looked up first, and then merged by the hours of
-- their anchors only: those stay the same over all versions of a row.
CREATE VIEW IF NOT EXISTS v_execution_minutes AS
WITH waiting AS
(
    SELECT tenant, hour
    FROM dirty_hours
    GROUP BY tenant, hour
    HAVING max(dirty_at) >= max(rebuilt_at) AND max(frozen_at) = toDateTime64(0, 6)
)
SELECT
    tenant, minute, kind, environment, workflow_id, status,
    executions, queue_ms_sum, rows_total_sum,
    durations, duration_ms_sum, duration_ms_max, duration_bucket, last_started_at
FROM execution_minutes FINAL
WHERE executions > 0 AND (tenant, toStartOfHour(minute, 'UTC')) NOT IN (waiting)
UNION ALL
SELECT
    tenant,
    toStartOfMinute(started_at, 'UTC') AS minute,
    kind, environment, workflow_id, status,
    count() AS executions,
    sum(ifNull(queue_ms, 0)) AS queue_ms_sum,
    sum(ifNull(rows_total, 0)) AS rows_total_sum,
    count(duration_ms) AS durations,
    sum(ifNull(duration_ms, 0)) AS duration_ms_sum,
    max(ifNull(duration_ms, 0)) AS duration_ms_max,
    quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(
        toUInt16(if(ifNull(duration_ms, 0) < 0.25, 0, 1 + floor(log(ifNull(duration_ms, 0) / 0.25) / log(1.022)))),
        isNotNull(duration_ms)
    ) AS duration_bucket,
    max(started_at) AS last_started_at
FROM executions FINAL
WHERE (tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)
  AND (tenant, toStartOfHour(anchor_at, 'UTC')) IN
  (
      SELECT tenant, toStartOfHour(anchor_at, 'UTC')
      FROM executions
      WHERE (tenant, toStartOfHour(started_at, 'UTC')) IN (waiting)
  )
GROUP BY tenant, minute, kind, environment, workflow_id, status
