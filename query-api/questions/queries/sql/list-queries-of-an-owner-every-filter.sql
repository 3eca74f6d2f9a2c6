SELECT
  query_id AS id,
  query_text AS text,
  query_type AS type,
  toString(toUnixTimestamp64Nano(query_started_at)) AS query_started_ns,
  toString(toUnixTimestamp64Nano(query_ended_at)) AS query_ended_ns,
  query_rows_total AS total,
  query_rows_returned AS returned,
  query_details AS details,
  instance,
  conversation_id,
  if(query_status IN ('queued', 'running', 'waiting') AND status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(query_status)) AS shown
FROM executions FINAL
ARRAY JOIN
  if(kind = 'query', [execution_id], arrayMap(key -> concat(lower(hex(substring(key, 1, 16))), '-', lower(hex(substring(key, 17)))), queries.key)) AS query_id,
  if(kind = 'query', [database_type], queries.database_type) AS query_type,
  if(kind = 'query', [status], queries.status) AS query_status,
  if(kind = 'query', [query], queries.text) AS query_text,
  if(kind = 'query', [started_at], queries.started_at) AS query_started_at,
  if(kind = 'query', [ifNull(ended_at, toDateTime64(0, 9))], queries.ended_at) AS query_ended_at,
  if(kind = 'query', [rows_total], queries.rows_total) AS query_rows_total,
  if(kind = 'query', [rows_returned], queries.rows_returned) AS query_rows_returned,
  if(kind = 'query', [concat(replaceAll(attributes['runlens.query.complexity'], '\t', ' '), '\t', replaceAll(attributes['runlens.query.page'], '\t', ' '), '\t', replaceAll(attributes['runlens.query.page_size'], '\t', ' '), '\t', error_type, '\t', error_message)], queries.details) AS query_details
WHERE tenant = {tenant:String}
  AND user_id = {owner:String}
  AND ((started_at >= fromUnixTimestamp64Nano({read_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({read_hours_0_to:Int64}, 'UTC')))
  AND user_id = {user_id:String}
  AND query_started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
  AND query_started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND query_type = {database_type:String}
  AND if(query_status IN ('queued', 'running', 'waiting') AND status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(query_status)) IN {statuses:Array(String)}
  AND query_started_at >= fromUnixTimestamp64Nano({from_hour:Int64}, 'UTC')
  AND query_started_at < fromUnixTimestamp64Nano({before_hour:Int64}, 'UTC')
  AND query_started_at <= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')
  AND (query_started_at < fromUnixTimestamp64Nano({after_time:Int64}, 'UTC') OR (query_id, toString(instance)) < ({after_id:String}, {after_instance:String}))
ORDER BY query_started_at DESC, id DESC, instance DESC
LIMIT {limit:UInt32}
