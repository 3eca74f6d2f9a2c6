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
    toString(database_type) AS type,
    toString(status) AS shown,
    sum(queries) AS n,
    sum(durations) AS with_time,
    sum(duration_ms_sum) AS ms,
    max(duration_ms_max) AS most,
    sum(rows_sum) AS row_sum
  FROM query_hours
  WHERE tenant = {tenant:String}
    AND is_total = 1
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
)
GROUP BY type, shown
ORDER BY type, shown
