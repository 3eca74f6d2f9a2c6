SELECT
  pattern,
  toUnixTimestamp(started_at) AS starts_s,
  toUnixTimestamp(ended_at) AS ends_s,
  value, expected, expected_low, expected_high, score, basis, samples, executions, failures, reason
FROM execution_patterns FINAL
WHERE tenant = {tenant:String}
  AND pattern = 'burst'
  AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
ORDER BY starts_s DESC
LIMIT 100
