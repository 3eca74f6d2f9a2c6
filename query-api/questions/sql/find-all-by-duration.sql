SELECT
  toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us,
  execution_id,
  instance,
  toString(duration_ms) AS sort_value,
  status IN ('queued', 'running', 'waiting') AS is_open
FROM
(
  SELECT anchor_at, execution_id, instance, duration_ms, status
  FROM executions
  WHERE tenant = {tenant:String}
    AND is_deleted = 0
  LIMIT {limit:UInt32}
)
ORDER BY duration_ms ASC NULLS LAST, execution_id ASC, instance ASC
SETTINGS use_skip_indexes_on_data_read = 0
