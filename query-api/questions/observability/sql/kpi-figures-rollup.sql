SELECT
  is_current,
  bucket,
  toUInt8(grouping(bucket)) AS whole,
  sumIf(n, 1) AS total,
  sumIf(n, 1 AND shown = 'success') AS success,
  sumIf(n, 1 AND shown IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS failure,
  sumIf(n, 1 AND shown IN ('queued', 'running', 'waiting')) AS running,
  sumIf(durations, 1) AS durations_count,
  sumIf(duration_sum, 1) AS duration_total,
  arrayMap(b -> if(isNaN(b), NULL, if(b < 1, 0.125, 0.25 * pow(1.022, b - 0.5))), quantilesTimingMergeIf(0.5, 0.75, 0.9, 0.95, 0.99)(state, 1)) AS quantiles
FROM (
  SELECT
    toInt64(toUnixTimestamp(hour)) * 1000000000 >= {from:Int64} AS is_current,
    if(is_current, toInt32(intDiv((toInt64(toUnixTimestamp(hour)) * 1000000000 - {from:Int64}) * {buckets:UInt32}, {length:Int64})), 0) AS bucket,
    toString(status) AS shown,
    sum(executions) AS n,
    sum(durations) AS durations,
    sum(duration_ms_sum) AS duration_sum,
    quantilesTimingMergeState(0.5, 0.75, 0.9, 0.95, 0.99)(duration_bucket) AS state,
    max(last_started_at) AS last_started
  FROM execution_hours_total FINAL
  WHERE tenant = {tenant:String}
    AND hour >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
    AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
    AND toUnixTimestamp(hour) NOT IN {raw_hours:Array(UInt32)}
    AND executions > 0
    AND status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')
    AND kind IN {kinds:Array(String)}
    AND environment = {environment:String}
  GROUP BY is_current, bucket, shown
  UNION ALL
  SELECT
    toUnixTimestamp64Nano(started_at) >= {from:Int64} AS is_current,
    if(is_current, toInt32(intDiv((toUnixTimestamp64Nano(started_at) - {from:Int64}) * {buckets:UInt32}, {length:Int64})), 0) AS bucket,
    if(fell_silent, 'lost', toString(status)) AS shown,
    count() AS n,
    countIf(duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS durations,
    sumIf(assumeNotNull(duration_ms), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS duration_sum,
    quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(toUInt16(if(assumeNotNull(duration_ms) < 0.25, 0, 1 + floor(log(assumeNotNull(duration_ms) / 0.25) / log(1.022)))), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS state,
    max(started_at) AS last_started
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND started_at >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
    AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
    AND kind IN {kinds:Array(String)}
    AND environment = {environment:String}
    AND ((started_at >= fromUnixTimestamp64Nano({raw_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({raw_hours_0_to:Int64}, 'UTC')))
  GROUP BY is_current, bucket, status, status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')) AS fell_silent
  UNION ALL
  SELECT
    toUnixTimestamp64Nano(started_at) >= {from:Int64} AS is_current,
    if(is_current, toInt32(intDiv((toUnixTimestamp64Nano(started_at) - {from:Int64}) * {buckets:UInt32}, {length:Int64})), 0) AS bucket,
    if(fell_silent, 'lost', toString(status)) AS shown,
    count() AS n,
    countIf(duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS durations,
    sumIf(assumeNotNull(duration_ms), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS duration_sum,
    quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(toUInt16(if(assumeNotNull(duration_ms) < 0.25, 0, 1 + floor(log(assumeNotNull(duration_ms) / 0.25) / log(1.022)))), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS state,
    max(started_at) AS last_started
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND started_at >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
    AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
    AND kind IN {kinds:Array(String)}
    AND environment = {environment:String}
    AND ((started_at >= fromUnixTimestamp64Nano({open_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({open_hours_0_to:Int64}, 'UTC')))
    AND status IN ('queued', 'running', 'waiting')
  GROUP BY is_current, bucket, status, status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')) AS fell_silent
)
GROUP BY GROUPING SETS ((is_current), (is_current, bucket))
ORDER BY is_current, whole, bucket
SETTINGS merge_tree_min_rows_for_concurrent_read = 8192
