SELECT sum(executions) AS executions
FROM execution_hours FINAL
WHERE tenant = {tenant:String}
  AND hour >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND kind NOT IN ('query', 'request')
  AND status = 'success'
  AND workflow_id IN {workflow_ids:Array(String)}
