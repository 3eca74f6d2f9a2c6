SELECT
  if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) AS shown,
  count() AS n,
  toString(toUnixTimestamp64Nano(min(ifNull(queued_at, started_at)))) AS oldest_ns
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND user_id = {owner:String}
  AND status IN ('queued', 'running', 'waiting')
  AND kind NOT IN ('query', 'request')
  AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN ('queued', 'running', 'waiting')
GROUP BY shown
ORDER BY shown
