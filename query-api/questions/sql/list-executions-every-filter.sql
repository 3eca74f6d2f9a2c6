SELECT
  execution_id,
  instance,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  lower(hex(trace_id)) AS trace,
  listed,
  toString(toUnixTimestamp64Nano(started_at)) AS sort_value
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND anchor_at IN {anchors:Array(DateTime64(6))}
  AND ended_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND ended_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND kind IN {kinds:Array(String)}
  AND status IN {stored_statuses:Array(String)}
  AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
  AND duration_ms >= {min_duration_ms:Float64}
  AND duration_ms <= {max_duration_ms:Float64}
  AND mapContains(attributes, {attribute_key_0:String})
  AND attributes[{attribute_key_0:String}] = {attribute_value_0:String}
  AND (positionCaseInsensitiveUTF8(workflow_name, {q:String}) > 0
    OR positionCaseInsensitiveUTF8(failed_step, {q:String}) > 0
    OR positionCaseInsensitiveUTF8(service, {q:String}) > 0
    OR positionCaseInsensitiveUTF8(execution_id, {q:String}) > 0
    OR positionCaseInsensitiveUTF8(workflow_id, {q:String}) > 0
    OR positionCaseInsensitiveUTF8(user_id, {q:String}) > 0
    OR positionCaseInsensitiveUTF8(conversation_id, {q:String}) > 0
    OR positionCaseInsensitiveUTF8(query, {q:String}) > 0
    OR positionCaseInsensitiveUTF8(error_type, {q:String}) > 0
    OR positionCaseInsensitiveUTF8(error_message, {q:String}) > 0)
  AND started_at <= fromUnixTimestamp64Nano({after_value:Int64}, 'UTC')
  AND (started_at < fromUnixTimestamp64Nano({after_value:Int64}, 'UTC') OR (started_at = fromUnixTimestamp64Nano({after_value:Int64}, 'UTC') AND (execution_id, instance) < ({after_id:String}, {after_instance:String})))
ORDER BY started_at DESC NULLS LAST, execution_id DESC, instance DESC
SETTINGS use_skip_indexes = 0
