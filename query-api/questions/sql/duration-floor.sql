SELECT duration_ms_max AS floor_ms
FROM execution_hours_total FINAL
WHERE tenant = {tenant:String}
  AND executions > 0
  AND hour >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND kind IN {kinds:Array(String)}
  AND environment = {environment:String}
ORDER BY floor_ms DESC
LIMIT 1 OFFSET {offset:UInt32}
