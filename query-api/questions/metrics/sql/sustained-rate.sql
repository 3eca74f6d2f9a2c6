SELECT if(count() = 0, NULL, max(started)) AS most
FROM (
  SELECT sum(n) OVER (ORDER BY at RANGE BETWEEN 240 PRECEDING AND CURRENT ROW) AS started
  FROM (
    SELECT
      at,
      sum(part_n) AS n,
      sum(part_success) AS success,
      sum(part_failure) AS failure,
      sum(part_durations) AS durations,
      sum(part_duration_sum) AS duration_sum
    FROM (
      SELECT
        toUnixTimestamp(minute) AS at,
        sum(executions) AS part_n,
        sumIf(executions, status = 'success') AS part_success,
        sumIf(executions, status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS part_failure,
        sumIf(execution_minutes.durations, status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS part_durations,
        sumIf(duration_ms_sum, status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS part_duration_sum
      FROM execution_minutes FINAL
      WHERE tenant = {tenant:String}
        AND minute >= fromUnixTimestamp64Nano({series_from:Int64}, 'UTC')
        AND minute < fromUnixTimestamp64Nano({series_to:Int64}, 'UTC')
        AND toUnixTimestamp(toStartOfHour(minute, 'UTC')) NOT IN {raw_hours:Array(UInt32)}
        AND kind IN {kinds:Array(String)}
        AND environment = {environment:String}
      GROUP BY at
      UNION ALL
      WITH status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')) AS fell_silent
      SELECT
        toUnixTimestamp(toStartOfMinute(started_at, 'UTC')) AS at,
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
        AND ((started_at >= fromUnixTimestamp64Nano({raw_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({raw_hours_0_to:Int64}, 'UTC')))
      GROUP BY at
    )
    GROUP BY at
  )
)
