SELECT count() AS n
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND kind IN {kinds:Array(String)}
  AND environment = {environment:String}
