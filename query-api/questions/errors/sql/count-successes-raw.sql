SELECT count() AS executions
FROM executions
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND kind NOT IN ('query', 'request')
  AND status = 'success'
  AND workflow_id IN {workflow_ids:Array(String)}
