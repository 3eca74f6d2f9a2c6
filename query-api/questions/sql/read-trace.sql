SELECT
  lower(hex(trace_id)) AS trace,
  lower(hex(span_id)) AS span,
  lower(hex(parent_span_id)) AS parent,
  trace_state,
  flags,
  name,
  kind,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  toString(toUnixTimestamp64Nano(ended_at)) AS ended_ns,
  status_code,
  status_message,
  arrayZip(mapKeys(attributes)::Array(String), mapValues(attributes)) AS attribute_pairs,
  attribute_types,
  dropped_attributes_count,
  arrayMap((time, name, map, types, dropped) -> (toString(toUnixTimestamp64Nano(time)), toString(name), arrayZip(mapKeys(map)::Array(String), mapValues(map)), types, dropped),
    events.time, events.name, events.attributes, events.attribute_types, events.dropped_attributes_count) AS event_rows,
  dropped_events_count,
  arrayMap((trace, span, state, flags, map, types, dropped) -> (lower(hex(trace)), lower(hex(span)), state, flags, arrayZip(mapKeys(map)::Array(String), mapValues(map)), types, dropped),
    links.trace_id, links.span_id, links.trace_state, links.flags, links.attributes, links.attribute_types, links.dropped_attributes_count) AS link_rows,
  dropped_links_count,
  scope_name,
  scope_version,
  scope_schema_url,
  arrayZip(mapKeys(scope_attributes)::Array(String), mapValues(scope_attributes)) AS scope_pairs,
  scope_attribute_types,
  scope_dropped_attributes_count,
  resource_schema_url,
  arrayZip(mapKeys(resource_attributes)::Array(String), mapValues(resource_attributes)) AS resource_pairs,
  resource_attribute_types,
  resource_dropped_attributes_count
FROM spans FINAL
WHERE tenant = {tenant:String}
  AND toStartOfFiveMinutes(started_at, 'UTC') >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({first:Int64}, 'UTC'), 'UTC')
  AND toStartOfFiveMinutes(started_at, 'UTC') <= toStartOfFiveMinutes(fromUnixTimestamp64Nano({last:Int64}, 'UTC'), 'UTC')
  AND started_at >= fromUnixTimestamp64Nano({first:Int64}, 'UTC')
  AND started_at <= fromUnixTimestamp64Nano({last:Int64}, 'UTC')
  AND service IN {services:Array(String)}
  AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
ORDER BY started_at, span_id
LIMIT {limit:UInt32}
