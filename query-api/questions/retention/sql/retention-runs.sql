SELECT
  id,
  state,
  trigger,
  toString(toUnixTimestamp64Nano(toDateTime64(requested_at, 9))) AS requested_ns,
  toString(toUnixTimestamp64Nano(toDateTime64(started_at, 9))) AS started_ns,
  toString(toUnixTimestamp64Nano(toDateTime64(ended_at, 9))) AS ended_ns,
  removed_json,
  fault
FROM retention_runs FINAL
WHERE tenant = {tenant:String}
ORDER BY requested_at DESC, id
LIMIT 10
