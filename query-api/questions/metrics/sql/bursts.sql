SELECT
  'burst' AS pattern,
  min(at) AS starts_s,
  toUInt32(max(at) + 60) AS ends_s,
  toFloat64(max(n)) AS value,
  argMin(usual, at) AS expected,
  toFloat64(0) AS expected_low,
  argMin(bound, at) AS expected_high,
  max((n - usual) / sigma) AS score,
  'minutes' AS basis,
  argMin(minutes, at) AS samples,
  sum(n) AS executions,
  sum(failure) AS failures,
  concat(toString(sum(n)), ' executions started in ', toString(count()), if(count() = 1, ' minute; ', ' minutes; '), toString(round(argMin(usual, at), 1)), ' a minute are usual') AS reason
FROM (
  SELECT *, at - 60 * row_number() OVER (ORDER BY at) AS island
  FROM (
    SELECT
      at, n, failure,
      toUInt32(length(before)) AS minutes,
      arrayReduce('quantileExactInclusive(0.5)', before) AS usual,
      greatest(1.4826 * arrayReduce('quantileExactInclusive(0.5)', arrayMap(x -> abs(x - usual), before)), sqrt(usual), 1) AS sigma,
      usual + 6 * sigma AS bound
    FROM (
      SELECT
        *,
        groupArray(toFloat64(n)) OVER (ORDER BY at ROWS BETWEEN 60 PRECEDING AND 1 PRECEDING) AS before
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
        ORDER BY at WITH FILL TO {judge_to:UInt32} STEP 60
      )
    )
    WHERE at >= {judge_from:UInt32} AND at < {judge_to:UInt32} AND n >= 10 AND length(before) >= 15
  )
  WHERE n > bound
)
GROUP BY island
ORDER BY starts_s DESC
LIMIT 100
