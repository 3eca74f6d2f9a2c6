SELECT
  if(is_known = 1, rule_of, {default_rule:UInt32}) AS rule,
  count() AS rows
FROM
(
  SELECT trace_id, toUnixTimestamp64Milli(time) AS at
  FROM logs
  WHERE tenant = {tenant:String}
) AS raw
LEFT JOIN
(
  SELECT trace_id, max(rule_of) AS rule_of, min(goes) AS all_go, 1 AS is_known
  FROM
  (
    SELECT trace_id, execution_id, instance
    FROM trace_executions
    WHERE tenant = {tenant:String}
  ) AS places
  INNER JOIN
  (
    SELECT execution_id, instance, toUInt32(multiIf(workflow_id = {rule_0_workflow_id:String} AND environment = {rule_0_environment:String} AND kind = {rule_0_kind:String} AND has({rule_0_status:Array(String)}, toString(status)), 0, environment = {rule_1_environment:String}, 1, 2)) AS rule_of, ((toUnixTimestamp64Milli(if(toUnixTimestamp64Milli(last_seen_at) > {retention_now:Int64}, toDateTime64(settled_at, 9), last_seen_at)) < {retention_now:Int64} - toInt64({rule_days:Array(UInt32)}[toUInt32(multiIf(workflow_id = {rule_0_workflow_id:String} AND environment = {rule_0_environment:String} AND kind = {rule_0_kind:String} AND has({rule_0_status:Array(String)}, toString(status)), 0, environment = {rule_1_environment:String}, 1, 2)) + 1]) * 86400000 AND toUnixTimestamp64Milli(settled_at) < {retention_now:Int64} - 3600000) OR (status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') AND (toUnixTimestamp64Milli(if(toUnixTimestamp64Milli(last_seen_at) > {retention_now:Int64}, toDateTime64(settled_at, 9), last_seen_at)) < {retention_now:Int64} - toInt64({rule_payload_days:Array(UInt32)}[toUInt32(multiIf(workflow_id = {rule_0_workflow_id:String} AND environment = {rule_0_environment:String} AND kind = {rule_0_kind:String} AND has({rule_0_status:Array(String)}, toString(status)), 0, environment = {rule_1_environment:String}, 1, 2)) + 1]) * 86400000 AND toUnixTimestamp64Milli(settled_at) < {retention_now:Int64} - 3600000)) OR removed != '') AS goes
    FROM executions FINAL
    WHERE tenant = {tenant:String}
  ) AS executions USING (execution_id, instance)
  GROUP BY trace_id
) AS traces USING (trace_id)
WHERE if(is_known = 1, all_go, raw.at < {default_before:Int64})
GROUP BY rule
ORDER BY rule
