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
    `events.time`, `events.name`, `events.attributes`, `events.attribute_types`, `events.dropped_attributes_count`) AS event_rows,
  dropped_events_count,
  arrayMap((trace, span, state, flags, map, types, dropped) -> (lower(hex(trace)), lower(hex(span)), state, flags, arrayZip(mapKeys(map)::Array(String), mapValues(map)), types, dropped),
    `links.trace_id`, `links.span_id`, `links.trace_state`, `links.flags`, `links.attributes`, `links.attribute_types`,
    `links.dropped_attributes_count`) AS link_rows,
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
FROM
(
SELECT trace_id, span_id, parent_span_id, name, kind, started_at, ended_at, status_code,
  CAST(JSONExtractString(fields_json, 'trace_state'), 'String') AS trace_state,
  CAST(JSONExtractUInt(labels_json, 'flags'), 'UInt32') AS flags,
  CAST(JSONExtractString(fields_json, 'status_message'), 'String') AS status_message,
  CAST(mapFromArrays(arraySlice(JSONExtract(labels_json, 'attribute_keys', 'Array(String)'), 1, length(JSONExtract(attribute_values, 'Array(String)'))), JSONExtract(attribute_values, 'Array(String)')), 'Map(LowCardinality(String), String)') AS attributes,
  CAST(JSONExtractString(labels_json, 'attribute_types'), 'String') AS attribute_types,
  CAST(JSONExtractUInt(labels_json, 'dropped_attributes_count'), 'UInt32') AS dropped_attributes_count,
  CAST(arrayMap(at -> fromUnixTimestamp64Nano(at), JSONExtract(events_json, 'time', 'Array(Int64)')), 'Array(DateTime64(9))') AS `events.time`,
  CAST(JSONExtract(events_json, 'name', 'Array(String)'), 'Array(LowCardinality(String))') AS `events.name`,
  CAST(JSONExtract(events_json, 'attributes', 'Array(Map(String, String))'), 'Array(Map(LowCardinality(String), String))') AS `events.attributes`,
  CAST(JSONExtract(events_json, 'attribute_types', 'Array(String)'), 'Array(String)') AS `events.attribute_types`,
  CAST(JSONExtract(events_json, 'dropped_attributes_count', 'Array(UInt32)'), 'Array(UInt32)') AS `events.dropped_attributes_count`,
  CAST(JSONExtractUInt(labels_json, 'dropped_events_count'), 'UInt32') AS dropped_events_count,
  CAST(arrayMap(id -> toFixedString(unhex(id), 16), JSONExtract(links_json, 'trace_id', 'Array(String)')), 'Array(FixedString(16))') AS `links.trace_id`,
  CAST(arrayMap(id -> toFixedString(unhex(id), 8), JSONExtract(links_json, 'span_id', 'Array(String)')), 'Array(FixedString(8))') AS `links.span_id`,
  CAST(JSONExtract(links_json, 'trace_state', 'Array(String)'), 'Array(String)') AS `links.trace_state`,
  CAST(JSONExtract(links_json, 'flags', 'Array(UInt32)'), 'Array(UInt32)') AS `links.flags`,
  CAST(JSONExtract(links_json, 'attributes', 'Array(Map(String, String))'), 'Array(Map(LowCardinality(String), String))') AS `links.attributes`,
  CAST(JSONExtract(links_json, 'attribute_types', 'Array(String)'), 'Array(String)') AS `links.attribute_types`,
  CAST(JSONExtract(links_json, 'dropped_attributes_count', 'Array(UInt32)'), 'Array(UInt32)') AS `links.dropped_attributes_count`,
  CAST(JSONExtractUInt(labels_json, 'dropped_links_count'), 'UInt32') AS dropped_links_count,
  CAST(JSONExtractString(scope_json, 'name'), 'LowCardinality(String)') AS scope_name,
  CAST(JSONExtractString(scope_json, 'version'), 'LowCardinality(String)') AS scope_version,
  CAST(JSONExtractString(scope_json, 'schema_url'), 'LowCardinality(String)') AS scope_schema_url,
  CAST(JSONExtract(scope_json, 'attributes', 'Map(String, String)'), 'Map(LowCardinality(String), String)') AS scope_attributes,
  CAST(JSONExtractString(scope_json, 'attribute_types'), 'LowCardinality(String)') AS scope_attribute_types,
  CAST(JSONExtractUInt(scope_json, 'dropped_attributes_count'), 'UInt32') AS scope_dropped_attributes_count,
  CAST(JSONExtractString(resource_json, 'schema_url'), 'LowCardinality(String)') AS resource_schema_url,
  CAST(JSONExtract(resource_json, 'attributes', 'Map(String, String)'), 'Map(LowCardinality(String), String)') AS resource_attributes,
  CAST(JSONExtractString(resource_json, 'attribute_types'), 'LowCardinality(String)') AS resource_attribute_types,
  CAST(JSONExtractUInt(resource_json, 'dropped_attributes_count'), 'UInt32') AS resource_dropped_attributes_count
FROM spans FINAL
WHERE tenant = {tenant:String}
  AND toStartOfFiveMinutes(started_at, 'UTC') >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({first:Int64}, 'UTC'), 'UTC')
  AND toStartOfFiveMinutes(started_at, 'UTC') <= toStartOfFiveMinutes(fromUnixTimestamp64Nano({last:Int64}, 'UTC'), 'UTC')
  AND started_at >= fromUnixTimestamp64Nano({first:Int64}, 'UTC')
  AND started_at <= fromUnixTimestamp64Nano({last:Int64}, 'UTC')
  AND service IN {services:Array(String)}
  AND trace_id IN (SELECT toFixedString(unhex(arrayJoin({trace_ids:Array(String)})), 16))
  AND lower(hex(span_id)) IN {span_ids:Array(String)}
)
ORDER BY started_at, trace, span
