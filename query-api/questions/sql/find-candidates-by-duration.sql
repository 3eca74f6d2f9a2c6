SELECT
  toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us,
  execution_id,
  instance,
  toString(duration_ms) AS sort_value
FROM executions
WHERE tenant = {tenant:String}
  AND is_deleted = 0
  AND ((duration_ms > {after_value:Float64} OR (duration_ms = {after_value:Float64} AND (execution_id, instance) > ({after_id:String}, {after_instance:String}))) OR duration_ms IS NULL)
ORDER BY duration_ms ASC NULLS LAST, execution_id ASC, instance ASC
LIMIT {limit:UInt32}
SETTINGS use_skip_indexes_on_data_read = 0
