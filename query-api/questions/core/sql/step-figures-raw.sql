SELECT
  *,
  sum(duration_total) OVER () AS time_total,
  count() OVER () AS steps_total
FROM (
  SELECT
    step_name,
    step_type,
    sumIf(n, is_current) AS runs,
    sumIf(n, is_current AND step_status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS failures,
    sumIf(durations, is_current) AS durations_count,
    sumIf(duration_sum, is_current) AS duration_total,
    quantilesExactMergeIf(0.5, 0.95)(state, is_current) AS quantiles,
    sumIf(n, NOT is_current) AS previous_runs,
    sumIf(n, NOT is_current AND step_status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS previous_failures,
    sumIf(durations, NOT is_current) AS previous_durations_count,
    sumIf(duration_sum, NOT is_current) AS previous_duration_total,
    quantilesExactMergeIf(0.5, 0.95)(state, NOT is_current) AS previous_quantiles
  FROM (
    SELECT
      started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC') AS is_current,
      step_name,
      step_type,
      step_status,
      count() AS n,
      count(step_ms) AS durations,
      sumIf(toFloat64(assumeNotNull(step_ms)), isNotNull(step_ms)) AS duration_sum,
      quantilesExactStateIf(0.5, 0.95)(toFloat64(assumeNotNull(step_ms)), isNotNull(step_ms)) AS state
    FROM executions FINAL
    ARRAY JOIN
      steps.name AS step_name,
      steps.type AS step_type,
      steps.status AS step_status,
      steps.duration_ms AS step_ms
    WHERE tenant = {tenant:String}
      AND started_at >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
      AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
      AND workflow_id = {workflow_id:String}
    GROUP BY is_current, step_name, step_type, step_status
  )
  GROUP BY step_name, step_type
  HAVING runs > 0
)
ORDER BY duration_total DESC, runs DESC, step_name, step_type
LIMIT {limit:UInt32}
