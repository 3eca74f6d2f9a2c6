SELECT
  execution_id,
  kind,
  provider,
  instance,
  workflow_id,
  workflow_name,
  workflow_version,
  mode,
  environment,
  service,
  user_id,
  conversation_id,
  database_type,
  query,
  duration_ms,
  queue_ms,
  progress,
  error_type,
  error_class,
  error_message,
  error_fingerprint,
  response_status_code,
  failed_step,
  step_count,
  failed_steps,
  rows_total,
  rows_returned,
  parent_execution_id,
  retry_of,
  attempt,
  if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) AS shown_status,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  toString(toUnixTimestamp64Nano(ended_at)) AS ended_ns,
  toString(toUnixTimestamp64Nano(last_seen_at)) AS last_seen_ns,
  toString(toUnixTimestamp64Nano(expected_end_at)) AS expected_end_ns,
  lower(hex(trace_id)) AS trace
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND status IN ('queued', 'running', 'waiting')
  AND kind IN {kinds:Array(String)}
  AND environment = {environment:String}
  AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN ('running', 'waiting')
ORDER BY started_at, execution_id
LIMIT {limit:UInt32}
