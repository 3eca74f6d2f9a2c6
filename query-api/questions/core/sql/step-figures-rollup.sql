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
    arrayMap(b -> if(isNaN(b), NULL, if(b < 1, 0.0125, 0.025 * pow(1.022, b - 0.5))), quantilesTimingMergeIf(0.5, 0.95)(state, is_current)) AS quantiles,
    sumIf(n, NOT is_current) AS previous_runs,
    sumIf(n, NOT is_current AND step_status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS previous_failures,
    sumIf(durations, NOT is_current) AS previous_durations_count,
    sumIf(duration_sum, NOT is_current) AS previous_duration_total,
    arrayMap(b -> if(isNaN(b), NULL, if(b < 1, 0.0125, 0.025 * pow(1.022, b - 0.5))), quantilesTimingMergeIf(0.5, 0.95)(state, NOT is_current)) AS previous_quantiles
  FROM (
    SELECT
      hour >= fromUnixTimestamp64Nano({from:Int64}, 'UTC') AS is_current,
      step_name,
      step_type,
      step_status,
      sum(steps) AS n,
      sum(durations) AS durations,
      sum(duration_ms_sum) AS duration_sum,
      quantilesTimingMergeState(0.5, 0.95)(duration_bucket) AS state
    FROM step_hours FINAL
    WHERE tenant = {tenant:String}
      AND hour >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
      AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
      AND toUnixTimestamp(hour) NOT IN {raw_hours:Array(UInt32)}
      AND workflow_id = {workflow_id:String}
      AND environment = {environment:String}
      AND steps > 0
    GROUP BY is_current, step_name, step_type, step_status
    UNION ALL
    SELECT
      started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC') AS is_current,
      step_name,
      step_type,
      step_status,
      count() AS n,
      count(step_ms) AS durations,
      sumIf(toFloat64(assumeNotNull(step_ms)), isNotNull(step_ms)) AS duration_sum,
      quantilesTimingStateIf(0.5, 0.95)(toUInt16(if(assumeNotNull(step_ms) < 0.025, 0, 1 + floor(log(assumeNotNull(step_ms) / 0.025) / log(1.022)))), isNotNull(step_ms)) AS state
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
      AND environment = {environment:String}
      AND ((started_at >= fromUnixTimestamp64Nano({raw_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({raw_hours_0_to:Int64}, 'UTC')))
    GROUP BY is_current, step_name, step_type, step_status
  )
  GROUP BY step_name, step_type
  HAVING runs > 0
)
ORDER BY duration_total DESC, runs DESC, step_name, step_type
LIMIT {limit:UInt32}
