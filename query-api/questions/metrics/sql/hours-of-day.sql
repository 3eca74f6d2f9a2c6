SELECT
  toUInt8(intDiv(at % 86400, 3600)) AS hour,
  sum(n) AS total,
  sum(series.success) AS success,
  sum(series.failure) AS failure
FROM (
  SELECT
    at,
    sum(part_n) AS n,
    sum(part_success) AS success,
    sum(part_failure) AS failure,
    sum(part_durations) AS durations,
    sum(part_duration_sum) AS duration_sum
  FROM (
    WITH status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')) AS fell_silent
    SELECT
      toUnixTimestamp(toStartOfHour(started_at, 'UTC')) AS at,
      count() AS part_n,
      countIf(NOT fell_silent AND status = 'success') AS part_success,
      countIf(fell_silent OR status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS part_failure,
      countIf(duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS part_durations,
      sumIf(assumeNotNull(duration_ms), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS part_duration_sum
    FROM executions FINAL
    WHERE tenant = {tenant:String}
      AND started_at >= fromUnixTimestamp64Nano({series_from:Int64}, 'UTC')
      AND started_at < fromUnixTimestamp64Nano({series_to:Int64}, 'UTC')
      AND kind IN {kinds:Array(String)}
      AND environment = {environment:String}
    GROUP BY at
  )
  GROUP BY at
) AS series
GROUP BY hour
ORDER BY hour
