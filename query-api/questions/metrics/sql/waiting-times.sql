SELECT
  countIf(queue_ms IS NOT NULL) AS waits,
  quantilesExactIf(0.5, 0.75, 0.9, 0.95, 0.99)(assumeNotNull(queue_ms), queue_ms IS NOT NULL) AS wait_quantiles,
  sumIf(assumeNotNull(queue_ms), queue_ms IS NOT NULL) AS wait_sum,
  countIf(queue_ms IS NOT NULL AND duration_ms IS NOT NULL) AS totals,
  quantilesExactIf(0.5, 0.75, 0.9, 0.95, 0.99)(assumeNotNull(queue_ms) + assumeNotNull(duration_ms), queue_ms IS NOT NULL AND duration_ms IS NOT NULL) AS total_quantiles,
  sumIf(assumeNotNull(queue_ms) + assumeNotNull(duration_ms), queue_ms IS NOT NULL AND duration_ms IS NOT NULL) AS total_sum
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND kind IN {kinds:Array(String)}
  AND environment = {environment:String}
  AND (status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') OR status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')))
