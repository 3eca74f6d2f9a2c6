SELECT
  execution_id,
  instance,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  lower(hex(trace_id)) AS trace,
  listed,
  toString(duration_ms) AS sort_value
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND anchor_at IN {anchors:Array(DateTime64(6))}
  AND ((duration_ms > {after_value:Float64} OR (duration_ms = {after_value:Float64} AND (execution_id, instance) > ({after_id:String}, {after_instance:String}))) OR duration_ms IS NULL)
ORDER BY duration_ms ASC NULLS LAST, execution_id ASC, instance ASC
SETTINGS use_skip_indexes = 0
