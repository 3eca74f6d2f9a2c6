SELECT trace, argMax(step, started_at) AS step
FROM (
  SELECT
    lower(hex(trace_id)) AS trace,
    span_id,
    started_at,
    if(CAST(JSONExtractString(labels_json, 'step_name'), 'LowCardinality(String)') = '', toString(name), CAST(JSONExtractString(labels_json, 'step_name'), 'LowCardinality(String)')) AS step
  FROM markers
  WHERE tenant = {tenant:String}
    AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
    AND role = 'step'
    AND marker != 'exception'
    AND (trace_id, span_id) NOT IN (
    SELECT trace_id, span_id
    FROM spans FINAL
    WHERE tenant = {tenant:String}
      AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
      AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
      AND ended_at != toDateTime64(0, 9)
    )
)
GROUP BY trace
