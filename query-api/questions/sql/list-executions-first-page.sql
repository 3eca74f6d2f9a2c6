SELECT
  execution_id,
  instance,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  lower(hex(trace_id)) AS trace,
  listed,
  toString(toUnixTimestamp64Nano(started_at)) AS sort_value
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND anchor_at IN {anchors:Array(DateTime64(6))}
ORDER BY started_at DESC NULLS LAST, execution_id DESC, instance DESC
SETTINGS use_skip_indexes = 0
