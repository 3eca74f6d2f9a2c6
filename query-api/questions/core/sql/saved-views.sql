SELECT
  id,
  name,
  owner,
  filter_json,
  toString(toUnixTimestamp64Nano(toDateTime64(created_at, 9))) AS created_ns,
  toString(toUnixTimestamp64Nano(toDateTime64(updated_at, 9))) AS updated_ns
FROM saved_views FINAL
WHERE tenant = {tenant:String}
  AND is_deleted = 0
ORDER BY name, id
LIMIT 1000
