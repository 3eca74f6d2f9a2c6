SELECT toUnixTimestamp(dirty_hours.hour) AS hour
FROM dirty_hours
WHERE tenant = {tenant:String}
  AND hour >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
GROUP BY dirty_hours.hour
HAVING max(dirty_at) >= max(rebuilt_at) AND max(frozen_at) = toDateTime64(0, 6)
ORDER BY hour
