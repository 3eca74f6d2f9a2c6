SELECT
  roundDown(assumeNotNull(duration_ms), [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000, 2000000, 5000000, 10000000, 20000000, 50000000, 100000000, 200000000, 500000000]) AS bin_ms,
  count() AS n
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND kind IN {kinds:Array(String)}
  AND environment = {environment:String}
  AND (status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') OR status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')))
  AND duration_ms IS NOT NULL
GROUP BY bin_ms
ORDER BY bin_ms
