SELECT
  toString(toUnixTimestamp64Nano(time)) AS time_ns,
  toString(sipHash64(span_id, event_name, body, attribute_values, labels_json, received_at)) AS hash,
  lower(hex(trace_id)) AS trace,
  lower(hex(span_id)) AS span,
  severity_number,
  severity_text,
  event_name,
  body,
  body_type,
  service,
  scope_name,
  arrayZip(mapKeys(attributes)::Array(String), mapValues(attributes)) AS pairs
FROM logs
WHERE tenant = {tenant:String}
  AND toStartOfFiveMinutes(time, 'UTC') >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({from:Int64}, 'UTC'), 'UTC')
  AND toStartOfFiveMinutes(time, 'UTC') <= toStartOfFiveMinutes(fromUnixTimestamp64Nano({to:Int64}, 'UTC'), 'UTC')
  AND time >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND time <= fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
  AND lower(hex(span_id)) IN {spans:Array(String)}
  AND (toUnixTimestamp64Nano(time), sipHash64(span_id, event_name, body, attribute_values, labels_json, received_at)) > ({after_time:Int64}, toUInt64({after_hash:String}))
ORDER BY time, sipHash64(span_id, event_name, body, attribute_values, labels_json, received_at)
LIMIT {limit:UInt32}
