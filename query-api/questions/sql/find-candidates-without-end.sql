SELECT
  toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us,
  execution_id,
  instance,
  toString(toUnixTimestamp64Nano(ended_at)) AS sort_value
FROM executions
WHERE tenant = {tenant:String}
  AND is_deleted = 0
  AND ended_at IS NULL
  AND (execution_id, instance) < ({after_id:String}, {after_instance:String})
ORDER BY ended_at DESC NULLS LAST, execution_id DESC, instance DESC
LIMIT {limit:UInt32}
SETTINGS use_skip_indexes_on_data_read = 0
