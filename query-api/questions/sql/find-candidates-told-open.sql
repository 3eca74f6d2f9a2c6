SELECT
  toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us,
  execution_id,
  instance,
  toString(toUnixTimestamp64Nano(started_at)) AS sort_value,
  status IN ('queued', 'running', 'waiting') AS is_open
FROM executions
WHERE tenant = {tenant:String}
  AND is_deleted = 0
  AND started_at >= fromUnixTimestamp64Nano({window_from:Int64}, 'UTC')
ORDER BY started_at DESC NULLS LAST, execution_id DESC, instance DESC
LIMIT {limit:UInt32}
SETTINGS use_skip_indexes_on_data_read = 0
