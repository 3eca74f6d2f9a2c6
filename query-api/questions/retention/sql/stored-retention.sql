SELECT
  settings_json,
  updated_by,
  toString(toUnixTimestamp64Nano(toDateTime64(updated_at, 9))) AS updated_ns
FROM retention_rules FINAL
WHERE tenant = {tenant:String}
  AND is_deleted = 0
LIMIT 1
