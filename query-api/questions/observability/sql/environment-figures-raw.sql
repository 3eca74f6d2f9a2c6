SELECT
  environment,
  sumIf(n, 1) AS total,
  sumIf(n, 1 AND shown = 'success') AS success,
  sumIf(n, 1 AND shown IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS failure,
  sumIf(n, 1 AND shown IN ('queued', 'running', 'waiting')) AS running,
  sumIf(durations, 1) AS durations_count,
  sumIf(duration_sum, 1) AS duration_total,
  quantilesExactMergeIf(0.5, 0.75, 0.9, 0.95, 0.99)(state, 1) AS quantiles,
  toString(toUnixTimestamp64Nano(max(last_started))) AS last_started_ns,
  if(countIf(shown = 'success') > 0, toString(toUnixTimestamp64Nano(maxIf(last_started, shown = 'success'))), '') AS last_success_ns,
  if(countIf(shown IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) > 0, toString(toUnixTimestamp64Nano(maxIf(last_started, shown IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')))), '') AS last_failure_ns
FROM (
  SELECT
    toUnixTimestamp64Nano(started_at) >= {from:Int64} AS is_current,
    environment,
    if(fell_silent, 'lost', toString(status)) AS shown,
    count() AS n,
    countIf(duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS durations,
    sumIf(assumeNotNull(duration_ms), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS duration_sum,
    quantilesExactStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(assumeNotNull(duration_ms), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS state,
    max(started_at) AS last_started
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND started_at >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
    AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
    AND kind IN {kinds:Array(String)}
    AND environment = {environment:String}
  GROUP BY is_current, environment, status, status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')) AS fell_silent
)
GROUP BY environment
ORDER BY total DESC, environment
LIMIT 500
