SELECT
  toUInt32(0) AS rule,
  countIf((toUnixTimestamp64Milli(if(toUnixTimestamp64Milli(last_seen_at) > {retention_now:Int64}, toDateTime64(settled_at, 9), last_seen_at)) < {retention_now:Int64} - toInt64({rule_days:Array(UInt32)}[toUInt32(0) + 1]) * 86400000 AND toUnixTimestamp64Milli(settled_at) < {retention_now:Int64} - 3600000)) AS rows,
  countIf(NOT (toUnixTimestamp64Milli(if(toUnixTimestamp64Milli(last_seen_at) > {retention_now:Int64}, toDateTime64(settled_at, 9), last_seen_at)) < {retention_now:Int64} - toInt64({rule_days:Array(UInt32)}[toUInt32(0) + 1]) * 86400000 AND toUnixTimestamp64Milli(settled_at) < {retention_now:Int64} - 3600000) AND removed = '' AND status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') AND (toUnixTimestamp64Milli(if(toUnixTimestamp64Milli(last_seen_at) > {retention_now:Int64}, toDateTime64(settled_at, 9), last_seen_at)) < {retention_now:Int64} - toInt64({rule_payload_days:Array(UInt32)}[toUInt32(0) + 1]) * 86400000 AND toUnixTimestamp64Milli(settled_at) < {retention_now:Int64} - 3600000)) AS payloads
FROM executions FINAL
WHERE tenant = {tenant:String}
GROUP BY rule
ORDER BY rule
