SELECT
  id,
  target,
  state,
  toString(toUnixTimestamp64Nano(toDateTime64(requested_at, 9))) AS requested_ns,
  toString(toUnixTimestamp64Nano(toDateTime64(ended_at, 9))) AS ended_ns,
  toString(toUnixTimestamp64Nano(toDateTime64(suppressed_until, 9))) AS suppressed_ns,
  erased_json,
  fault
FROM erasures FINAL
WHERE tenant = {tenant:String}
  AND id = {id:String}
