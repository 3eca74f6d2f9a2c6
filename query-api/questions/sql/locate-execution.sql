SELECT
  instance,
  toString(toUnixTimestamp64Micro(min(anchor_at))) AS anchor_us,
  groupUniqArray(lower(hex(trace_id))) AS traces
FROM execution_locator
WHERE tenant = {tenant:String}
  AND execution_id = {execution_id:String}
GROUP BY instance
ORDER BY instance
LIMIT 100
