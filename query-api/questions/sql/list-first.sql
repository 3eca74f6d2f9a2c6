SELECT
  execution_id,
  instance,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  lower(hex(trace_id)) AS trace,
  listed,
  toString(duration_ms) AS sort_value,
  output
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND ended_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND ended_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND provider = {provider:String}
  AND instance = {instance:String}
  AND workflow_id = {workflow_id:String}
  AND workflow_name = {workflow_name:String}
  AND environment = {environment:String}
  AND service = {service:String}
  AND user_id = {user_id:String}
  AND conversation_id = {conversation_id:String}
  AND database_type = {database_type:String}
  AND error_type = {error_type:String}
  AND error_class = {error_class:String}
  AND error_fingerprint = {error_fingerprint:String}
  AND failed_step = {failed_step:String}
  AND workflow_version = {workflow_version:String}
  AND mode = {mode:String}
  AND parent_execution_id = {parent_execution_id:String}
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
ORDER BY duration_ms ASC NULLS LAST, execution_id ASC, instance ASC
LIMIT {limit:UInt32}
SETTINGS use_skip_indexes_on_data_read = 0
