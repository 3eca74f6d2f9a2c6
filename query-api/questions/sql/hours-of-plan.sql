SELECT toUnixTimestamp(dirty_hours.hour) AS hour, 0 AS is_open
FROM dirty_hours
WHERE tenant = {tenant:String}
  AND hour >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
GROUP BY dirty_hours.hour
HAVING max(dirty_at) >= max(rebuilt_at) AND max(frozen_at) = toDateTime64(0, 6)
UNION ALL
SELECT toUnixTimestamp(execution_hours_total.hour) AS hour, 1 AS is_open
FROM execution_hours_total FINAL
WHERE tenant = {tenant:String}
  AND hour >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND status IN ('queued', 'running', 'waiting')
  AND executions > 0
GROUP BY execution_hours_total.hour
