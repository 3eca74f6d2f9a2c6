SELECT
  lower(hex(trace_id)) AS trace,
  lower(hex(span_id)) AS span,
  mapKeys(attributes) AS keys,
  arrayMap(text -> substring(text, 1, 1024), mapValues(attributes)) AS values
FROM spans FINAL
WHERE tenant = {tenant:String}
  AND toStartOfFiveMinutes(started_at, 'UTC') >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({first:Int64}, 'UTC'), 'UTC')
  AND toStartOfFiveMinutes(started_at, 'UTC') <= toStartOfFiveMinutes(fromUnixTimestamp64Nano({last:Int64}, 'UTC'), 'UTC')
  AND started_at >= fromUnixTimestamp64Nano({first:Int64}, 'UTC')
  AND started_at <= fromUnixTimestamp64Nano({last:Int64}, 'UTC')
  AND service IN {services:Array(String)}
  AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
LIMIT {limit:UInt32}
