SELECT
  execution_id,
  instance,
  workflow_name,
  if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) AS shown_status,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  parent_execution_id,
  retry_of,
  replay_of
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({earliest:Int64}, 'UTC')
  AND (parent_execution_id = {execution_id:String} OR retry_of = {execution_id:String} OR replay_of = {execution_id:String} OR execution_id IN {named:Array(String)})
  AND (instance = {instance:String} OR lower(hex(trace_id)) IN {traces:Array(String)})
ORDER BY started_at, execution_id, instance
LIMIT 300
