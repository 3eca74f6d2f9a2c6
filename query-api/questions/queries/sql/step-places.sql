SELECT execution_id, instance, toString(toUnixTimestamp64Micro(min(anchor_at))) AS anchor_us
FROM execution_locator
WHERE tenant = {tenant:String}
  AND (execution_id, instance) IN (
    SELECT execution_id, instance
    FROM trace_executions
    WHERE tenant = {tenant:String}
      AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
  )
GROUP BY execution_id, instance
ORDER BY execution_id, instance
LIMIT 500
