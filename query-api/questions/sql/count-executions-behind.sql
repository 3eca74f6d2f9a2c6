SELECT count() AS n
FROM (
  SELECT 1
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND anchor_at IN {anchors:Array(DateTime64(6))}
    AND started_at <= fromUnixTimestamp64Nano({after_value:Int64}, 'UTC')
    AND (started_at < fromUnixTimestamp64Nano({after_value:Int64}, 'UTC') OR (started_at = fromUnixTimestamp64Nano({after_value:Int64}, 'UTC') AND (execution_id, instance) < ({after_id:String}, {after_instance:String})))
  LIMIT 10001
)
SETTINGS use_skip_indexes = 0, max_threads = 1
