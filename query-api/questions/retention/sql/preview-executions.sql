SELECT
  toUInt32(multiIf(workflow_id = {rule_0_workflow_id:String} AND environment = {rule_0_environment:String} AND kind = {rule_0_kind:String} AND has({rule_0_status:Array(String)}, toString(status)), 0, environment = {rule_1_environment:String}, 1, 2)) AS rule,
  countIf((toUnixTimestamp64Milli(if(toUnixTimestamp64Milli(last_seen_at) > {retention_now:Int64}, toDateTime64(settled_at, 9), last_seen_at)) < {retention_now:Int64} - toInt64({rule_days:Array(UInt32)}[toUInt32(multiIf(workflow_id = {rule_0_workflow_id:String} AND environment = {rule_0_environment:String} AND kind = {rule_0_kind:String} AND has({rule_0_status:Array(String)}, toString(status)), 0, environment = {rule_1_environment:String}, 1, 2)) + 1]) * 86400000 AND toUnixTimestamp64Milli(settled_at) < {retention_now:Int64} - 3600000)) AS rows,
  countIf(NOT (toUnixTimestamp64Milli(if(toUnixTimestamp64Milli(last_seen_at) > {retention_now:Int64}, toDateTime64(settled_at, 9), last_seen_at)) < {retention_now:Int64} - toInt64({rule_days:Array(UInt32)}[toUInt32(multiIf(workflow_id = {rule_0_workflow_id:String} AND environment = {rule_0_environment:String} AND kind = {rule_0_kind:String} AND has({rule_0_status:Array(String)}, toString(status)), 0, environment = {rule_1_environment:String}, 1, 2)) + 1]) * 86400000 AND toUnixTimestamp64Milli(settled_at) < {retention_now:Int64} - 3600000) AND removed = '' AND status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') AND (toUnixTimestamp64Milli(if(toUnixTimestamp64Milli(last_seen_at) > {retention_now:Int64}, toDateTime64(settled_at, 9), last_seen_at)) < {retention_now:Int64} - toInt64({rule_payload_days:Array(UInt32)}[toUInt32(multiIf(workflow_id = {rule_0_workflow_id:String} AND environment = {rule_0_environment:String} AND kind = {rule_0_kind:String} AND has({rule_0_status:Array(String)}, toString(status)), 0, environment = {rule_1_environment:String}, 1, 2)) + 1]) * 86400000 AND toUnixTimestamp64Milli(settled_at) < {retention_now:Int64} - 3600000)) AS payloads
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at < (
    SELECT started_at
    FROM executions FINAL
    WHERE tenant = {tenant:String}
    ORDER BY started_at DESC
    LIMIT 1 OFFSET {latest:UInt32}
  )
GROUP BY rule
ORDER BY rule
