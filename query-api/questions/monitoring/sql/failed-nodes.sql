SELECT arrayJoin(failed_step_names) AS node, count() AS executions
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({range_from:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({range_to:Int64}, 'UTC')
  AND failed_steps > 0
  AND kind IN {kinds:Array(String)}
GROUP BY node
ORDER BY executions DESC, node
LIMIT {limit:UInt32}
