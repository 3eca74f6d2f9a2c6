SELECT
  toUnixTimestamp64Nano(assumeNotNull(ended_at)) >= {from:Int64} AS is_current,
  if(is_current, toInt32(intDiv((toUnixTimestamp64Nano(assumeNotNull(ended_at)) - {from:Int64}) * {buckets:UInt32}, {length:Int64})), 0) AS bucket,
  if(duration_ms IS NOT NULL AND (status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') OR status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC'))), roundDown(assumeNotNull(duration_ms), {bounds:Array(Float64)}), -1) AS lower,
  toUInt16(indexOf({bounds:Array(Float64)}, lower)) AS bin,
  count() AS n,
  countIf(status IN ('queued', 'running', 'waiting') AND NOT (status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')))) AS running
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND ended_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND ended_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND user_id = {user_id:String}
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
GROUP BY is_current, bucket, lower
ORDER BY bucket, bin
