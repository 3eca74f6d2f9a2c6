SELECT
  fingerprint,
  state,
  toString(toUnixTimestamp64Milli(set_at)) AS set_ms,
  set_by,
  until_count,
  until_rate,
  count_before
FROM error_states FINAL
WHERE tenant = {tenant:String}
ORDER BY set_at DESC, fingerprint
LIMIT {limit:UInt32}
