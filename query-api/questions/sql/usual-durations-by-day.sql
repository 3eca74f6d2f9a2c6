SELECT
  workflow_id,
  sum(n) AS executions,
  if(isNaN(quantilesTimingMerge(0.5, 0.95)(state)[1]), NULL, if(quantilesTimingMerge(0.5, 0.95)(state)[1] < 1, 0.125, 0.25 * pow(1.022, quantilesTimingMerge(0.5, 0.95)(state)[1] - 0.5))) AS p50_ms,
  if(isNaN(quantilesTimingMerge(0.5, 0.95)(state)[2]), NULL, if(quantilesTimingMerge(0.5, 0.95)(state)[2] < 1, 0.125, 0.25 * pow(1.022, quantilesTimingMerge(0.5, 0.95)(state)[2] - 0.5))) AS p95_ms
FROM (
  SELECT
    workflow_id,
    sum(durations) AS n,
    quantilesTimingMergeState(0.5, 0.95)(duration_bucket) AS state
  FROM execution_days FINAL
  WHERE tenant = {tenant:String}
    AND day >= fromUnixTimestamp64Nano({days_from:Int64}, 'UTC')
    AND day < fromUnixTimestamp64Nano({days_to:Int64}, 'UTC')
    AND toUnixTimestamp(day) NOT IN {days_except:Array(UInt32)}
    AND workflow_id IN {workflow_ids:Array(String)}
    AND status = 'success'
    AND durations > 0
  GROUP BY workflow_id
  UNION ALL
  SELECT
    workflow_id,
    sum(durations) AS n,
    quantilesTimingMergeState(0.5, 0.95)(duration_bucket) AS state
  FROM execution_hours FINAL
  WHERE tenant = {tenant:String}
    AND hour >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
    AND toUnixTimestamp(hour) NOT IN {raw_hours:Array(UInt32)}
    AND (hour < fromUnixTimestamp64Nano({days_from:Int64}, 'UTC')
      OR hour >= fromUnixTimestamp64Nano({days_to:Int64}, 'UTC')
      OR (hour >= fromUnixTimestamp64Nano({day_0_0:Int64}, 'UTC') AND hour < fromUnixTimestamp64Nano({day_0_1:Int64}, 'UTC')))
    AND workflow_id IN {workflow_ids:Array(String)}
    AND status = 'success'
    AND durations > 0
  GROUP BY workflow_id
  UNION ALL
  SELECT
    workflow_id,
    count() AS n,
    quantilesTimingState(0.5, 0.95)(toUInt16(if(assumeNotNull(duration_ms) < 0.25, 0, 1 + floor(log(assumeNotNull(duration_ms) / 0.25) / log(1.022))))) AS state
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND ((started_at >= fromUnixTimestamp64Nano({raw_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({raw_hours_0_to:Int64}, 'UTC')))
    AND workflow_id IN {workflow_ids:Array(String)}
    AND status = 'success'
    AND isNotNull(duration_ms)
  GROUP BY workflow_id
)
GROUP BY workflow_id
