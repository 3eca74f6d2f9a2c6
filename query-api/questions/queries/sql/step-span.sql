SELECT
  name,
  service,
  step_name,
  query,
  error_stack,
  response_status_code,
  attempt,
  status_explicit,
  mapKeys(attributes) AS attribute_keys,
  arrayMap(value -> substringUTF8(value, 1, 1024), mapValues(attributes)) AS attribute_values
FROM
(
  SELECT name, service,
    CAST(JSONExtractString(labels_json, 'step_name'), 'LowCardinality(String)') AS step_name,
    CAST(JSONExtractString(fields_json, 'query'), 'String') AS query,
    CAST(JSONExtractString(fields_json, 'error_stack'), 'String') AS error_stack,
    CAST(JSONExtractString(labels_json, 'response_status_code'), 'LowCardinality(String)') AS response_status_code,
    CAST(JSONExtractUInt(labels_json, 'attempt'), 'UInt16') AS attempt,
    CAST(JSONExtractUInt(labels_json, 'status_explicit'), 'UInt8') AS status_explicit,
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
