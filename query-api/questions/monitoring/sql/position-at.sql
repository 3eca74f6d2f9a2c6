SELECT execution_id, instance, toString(toUnixTimestamp64Nano(started_at)) AS sort_value
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND user_id = {user_id:String}
  AND conversation_id = {conversation_id:String}
  AND kind IN {kinds:Array(String)}
  AND status IN {stored_statuses:Array(String)}
ORDER BY started_at DESC NULLS LAST, execution_id DESC, instance DESC
LIMIT 1 OFFSET {offset:UInt32}
