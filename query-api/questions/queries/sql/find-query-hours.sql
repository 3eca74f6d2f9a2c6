SELECT
  toUnixTimestamp(query_hours.hour) AS query_hour,
  toUnixTimestamp(started_hour) AS started,
  sum(query_hours.queries) AS queries
FROM query_hours
WHERE tenant = {tenant:String}
  AND is_total = 0
  AND user_id = {user_id:String}
  AND hour >= toStartOfHour(fromUnixTimestamp64Nano({from:Int64}, 'UTC'), 'UTC')
  AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND database_type = {database_type:String}
  AND status IN {stored_statuses:Array(String)}
  AND toUnixTimestamp(started_hour) NOT IN {raw_hours:Array(UInt32)}
  AND (started_hour, generation) IN (
    SELECT dirty_hours.hour, toUInt64(toUnixTimestamp64Micro(max(rebuilt_at)))
    FROM dirty_hours
    WHERE tenant = {tenant:String}
    GROUP BY dirty_hours.hour
  )
GROUP BY query_hour, started
ORDER BY query_hour DESC, started DESC
LIMIT {limit:UInt32}
