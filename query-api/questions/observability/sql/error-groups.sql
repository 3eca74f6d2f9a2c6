SELECT
  if(error_fingerprint = '', toString(error_type), error_fingerprint) AS fingerprint,
  argMax(error_type, (started_at, execution_id)) AS last_type,
  argMax(error_class, (started_at, execution_id)) AS last_class,
  count() AS n,
  toString(toUnixTimestamp64Nano(min(started_at))) AS first_ns,
  toString(toUnixTimestamp64Nano(max(started_at))) AS last_ns,
  uniqExact(workflow_id) AS workflows,
  uniqExactIf(user_id, user_id != '') AS users,
  argMax(execution_id, (started_at, execution_id)) AS last_id,
  argMax(error_message, (started_at, execution_id)) AS last_message
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND kind IN {kinds:Array(String)}
  AND environment = {environment:String}
  AND status IN {stored_statuses:Array(String)}
  AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
GROUP BY fingerprint
ORDER BY n DESC, last_ns DESC, fingerprint
LIMIT {limit:UInt32}
