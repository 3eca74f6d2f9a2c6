SELECT count() AS n
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND user_id = {user_id:String}
  AND conversation_id = {conversation_id:String}
  AND kind IN {kinds:Array(String)}
  AND status IN {stored_statuses:Array(String)}
