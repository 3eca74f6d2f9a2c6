WITH (
  SELECT groupArray((instance, anchor, traces)) FROM (
    SELECT instance, min(anchor_at) AS anchor, groupUniqArray(lower(hex(trace_id))) AS traces
    FROM execution_locator
    WHERE tenant = {tenant:String}
      AND execution_id = {execution_id:String}
    GROUP BY instance
    ORDER BY instance
    LIMIT 100
  )
) AS located
SELECT
  execution_id,
  instance,
  kind,
  workflow_id,
  if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) AS shown_status,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  toString(toUnixTimestamp64Nano(last_seen_at)) AS last_seen_ns,
  lower(hex(trace_id)) AS trace,
  arrayMap(x -> lower(hex(x)), segments.trace_id) AS segment_traces,
  tupleElement(arrayFirst(place -> place.1 = instance, located), 3) AS located_traces,
  arrayDistinct(steps.name) AS step_names
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND anchor_at IN tupleElement(located, 2)
  AND execution_id = {execution_id:String}
ORDER BY started_at DESC, instance
