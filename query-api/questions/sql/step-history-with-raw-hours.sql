SELECT
  step_name,
  sum(n) AS steps,
  quantilesTimingMerge(0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19, 0.2, 0.21, 0.22, 0.23, 0.24, 0.25, 0.26, 0.27, 0.28, 0.29, 0.3, 0.31, 0.32, 0.33, 0.34, 0.35, 0.36, 0.37, 0.38, 0.39, 0.4, 0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.47, 0.48, 0.49, 0.5, 0.51, 0.52, 0.53, 0.54, 0.55, 0.56, 0.57, 0.58, 0.59, 0.6, 0.61, 0.62, 0.63, 0.64, 0.65, 0.66, 0.67, 0.68, 0.69, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.77, 0.78, 0.79, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.88, 0.89, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99)(state) AS percentiles
FROM (
  SELECT
    step_name,
    steps AS n,
    duration_bucket AS state
  FROM step_hours FINAL
  WHERE tenant = {tenant:String}
    AND hour >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
    AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
    AND toUnixTimestamp(hour) NOT IN {raw_hours:Array(UInt32)}
    AND workflow_id = {workflow_id:String}
    AND step_name IN {step_names:Array(String)}
    AND steps > 0
  UNION ALL
  SELECT
    step_name,
    count() AS n,
    quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(toUInt16(if(assumeNotNull(step_ms) < 0.025, 0, 1 + floor(log(assumeNotNull(step_ms) / 0.025) / log(1.022)))), isNotNull(step_ms)) AS state
  FROM executions FINAL
  ARRAY JOIN
    steps.name AS step_name,
    steps.duration_ms AS step_ms
  WHERE tenant = {tenant:String}
    AND ((started_at >= fromUnixTimestamp64Nano({raw_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({raw_hours_0_to:Int64}, 'UTC'))
      OR (started_at >= fromUnixTimestamp64Nano({raw_hours_1_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({raw_hours_1_to:Int64}, 'UTC')))
    AND workflow_id = {workflow_id:String}
    AND step_name IN {step_names:Array(String)}
  GROUP BY step_name
)
GROUP BY step_name
LIMIT 1000
SETTINGS max_threads = 1
