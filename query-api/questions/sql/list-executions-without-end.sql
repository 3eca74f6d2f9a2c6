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
  lower(hex(trace_id)) AS trace,
  substringUTF8(input, 1, if(startsWith(input, 'enc:v1:'), 800, 200)) AS input_preview,
  substringUTF8(output, 1, if(startsWith(output, 'enc:v1:'), 800, 200)) AS output_preview,
  toString(toUnixTimestamp64Nano(ended_at)) AS sort_value
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND anchor_at IN {anchors:Array(DateTime64(6))}
  AND ended_at IS NULL
  AND (execution_id, instance) < ({after_id:String}, {after_instance:String})
  AND NOT (ended_at IS NULL AND (execution_id, instance) < ({until_id:String}, {until_instance:String}))
ORDER BY ended_at DESC NULLS LAST, execution_id DESC, instance DESC
