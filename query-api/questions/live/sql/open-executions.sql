SELECT
  execution_id, instance, kind, workflow_id, workflow_name, environment, user_id,
  if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) AS shown_status,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  progress
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND status IN ('queued', 'running', 'waiting')
  AND shown_status IN ('queued', 'running', 'waiting')
ORDER BY started_at DESC, execution_id DESC
LIMIT {limit:UInt32}
