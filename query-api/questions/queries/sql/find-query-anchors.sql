SELECT DISTINCT toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us
FROM executions
WHERE tenant = {tenant:String}
  AND user_id = {owner:String}
  AND is_deleted = 0
  AND user_id = {user_id:String}
  AND (kind = 'query' OR query_count > 0)
  AND started_at >= fromUnixTimestamp64Nano({first_hour:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({last_hour:Int64}, 'UTC')
  AND toUnixTimestamp(toStartOfHour(started_at, 'UTC')) IN {read_hours:Array(UInt32)}
LIMIT {limit:UInt32}
SETTINGS use_skip_indexes_on_data_read = 0
