SELECT DISTINCT toUnixTimestamp(started_hour) AS started
FROM query_hours
WHERE tenant = {tenant:String}
  AND is_total = 0
  AND user_id = {user_id:String}
  AND hour >= toStartOfHour(fromUnixTimestamp64Nano({from:Int64}, 'UTC'), 'UTC')
  AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND database_type = {database_type:String}
  AND (status IN ('queued', 'running', 'waiting') OR toUnixTimestamp(query_hours.hour) IN {cut_hours:Array(UInt32)})
  AND toUnixTimestamp(started_hour) NOT IN {raw_hours:Array(UInt32)}
  AND (started_hour, generation) IN (
    SELECT dirty_hours.hour, toUInt64(toUnixTimestamp64Micro(max(rebuilt_at)))
    FROM dirty_hours
    WHERE tenant = {tenant:String}
    GROUP BY dirty_hours.hour
  )
ORDER BY started
