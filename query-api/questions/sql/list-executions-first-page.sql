SELECT
  execution_id,
  instance,
  user_id,
  conversation_id,
  query,
  duration_ms,
  error_message,
  parent_execution_id,
  if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) AS shown_status,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  toString(toUnixTimestamp64Nano(ended_at)) AS ended_ns,
  toString(toUnixTimestamp64Nano(last_seen_at)) AS last_seen_ns,
  lower(hex(trace_id)) AS trace,
  listed,
  toString(toUnixTimestamp64Nano(started_at)) AS sort_value
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND anchor_at IN {anchors:Array(DateTime64(6))}
  AND NOT (started_at <= fromUnixTimestamp64Nano({until_value:Int64}, 'UTC') AND (started_at < fromUnixTimestamp64Nano({until_value:Int64}, 'UTC') OR (started_at = fromUnixTimestamp64Nano({until_value:Int64}, 'UTC') AND (execution_id, instance) < ({until_id:String}, {until_instance:String}))))
ORDER BY started_at DESC NULLS LAST, execution_id DESC, instance DESC
