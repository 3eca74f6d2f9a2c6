SELECT attributes['runlens.execution.output'] AS output
FROM
(
  SELECT
    CAST(mapFromArrays(arraySlice(JSONExtract(labels_json, 'attribute_keys', 'Array(String)'), 1, length(JSONExtract(attribute_values, 'Array(String)'))), JSONExtract(attribute_values, 'Array(String)')), 'Map(LowCardinality(String), String)') AS attributes
  FROM spans FINAL
  WHERE tenant = {tenant:String}
    AND toStartOfFiveMinutes(started_at, 'UTC') >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({first:Int64}, 'UTC'), 'UTC')
    AND toStartOfFiveMinutes(started_at, 'UTC') <= toStartOfFiveMinutes(fromUnixTimestamp64Nano({last:Int64}, 'UTC'), 'UTC')
    AND started_at >= fromUnixTimestamp64Nano({first:Int64}, 'UTC')
    AND started_at <= fromUnixTimestamp64Nano({last:Int64}, 'UTC')
    AND service IN {services:Array(String)}
    AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
    AND span_id = toFixedString(unhex({span_id:String}), 8)
)
LIMIT 1
