SELECT
  type AS database_type,
  shown,
  sum(n) AS queries,
  sum(with_time) AS timed,
  sum(ms) AS duration_total,
  max(most) AS duration_most,
  sum(row_sum) AS handled
FROM (
  SELECT
    '' AS type,
    toString(status) AS shown,
    sum(queries) AS n,
    sum(durations) AS with_time,
    sum(duration_ms_sum) AS ms,
    max(duration_ms_max) AS most,
    sum(rows_sum) AS row_sum
  FROM query_hours
  WHERE tenant = {tenant:String}
    AND is_total = 0
    AND user_id = {user_id:String}
    AND hour >= toStartOfHour(fromUnixTimestamp64Nano({from:Int64}, 'UTC'), 'UTC')
    AND hour < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
    AND database_type = {database_type:String}
    AND status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')
    AND toUnixTimestamp(query_hours.hour) NOT IN {cut_hours:Array(UInt32)}
    AND toUnixTimestamp(started_hour) NOT IN {raw_hours:Array(UInt32)}
    AND (started_hour, generation) IN (
      SELECT dirty_hours.hour, toUInt64(toUnixTimestamp64Micro(max(rebuilt_at)))
      FROM dirty_hours
      WHERE tenant = {tenant:String}
      GROUP BY dirty_hours.hour
    )
  GROUP BY type, shown
  UNION ALL
  SELECT
    '' AS type,
    if(query_status IN ('queued', 'running', 'waiting') AND status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(query_status)) AS shown,
    count() AS n,
    countIf(query_status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') AND isNotNull(if(query_ended_at < query_started_at, NULL,
      (toUnixTimestamp64Nano(query_ended_at) - toUnixTimestamp64Nano(query_started_at)) / 1e6))) AS with_time,
    sumIf(assumeNotNull(if(query_ended_at < query_started_at, NULL,
      (toUnixTimestamp64Nano(query_ended_at) - toUnixTimestamp64Nano(query_started_at)) / 1e6)), query_status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') AND isNotNull(if(query_ended_at < query_started_at, NULL,
      (toUnixTimestamp64Nano(query_ended_at) - toUnixTimestamp64Nano(query_started_at)) / 1e6))) AS ms,
    maxIf(assumeNotNull(if(query_ended_at < query_started_at, NULL,
      (toUnixTimestamp64Nano(query_ended_at) - toUnixTimestamp64Nano(query_started_at)) / 1e6)), query_status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') AND isNotNull(if(query_ended_at < query_started_at, NULL,
      (toUnixTimestamp64Nano(query_ended_at) - toUnixTimestamp64Nano(query_started_at)) / 1e6))) AS most,
    sum(ifNull(ifNull(query_rows_total, query_rows_returned), 0)) AS row_sum
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
    AND ((started_at >= fromUnixTimestamp64Nano({read_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({read_hours_0_to:Int64}, 'UTC')))
    AND user_id = {user_id:String}
    AND query_started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
    AND query_started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
    AND query_type = {database_type:String}
    AND if(query_status IN ('queued', 'running', 'waiting') AND status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(query_status)) IN {statuses:Array(String)}
    AND (toUnixTimestamp(toStartOfHour(started_at, 'UTC')) IN {raw_hours:Array(UInt32)} OR toUnixTimestamp(toStartOfHour(query_started_at, 'UTC')) IN {cut_hours:Array(UInt32)} OR query_status IN ('queued', 'running', 'waiting'))
  GROUP BY type, shown
)
GROUP BY type, shown
ORDER BY type, shown
