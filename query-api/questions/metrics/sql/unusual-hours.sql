SELECT pattern, starts_s, ends_s, value, expected, expected_low, expected_high, score, basis, samples, executions, failures, reason
FROM (
  SELECT
    *,
    multiIf(measure = 'failures', 'failures', measure = 'duration', 'slow', score > 0, 'spike', 'drop') AS pattern,
    at AS starts_s,
    toUInt32(at + 3600) AS ends_s,
    greatest(expected - 3.5 * sigma, 0) AS expected_low,
    expected + 3.5 * sigma AS expected_high,
    n AS executions,
    failure AS failures,
    multiIf(
      measure = 'executions', concat(toString(n), ' executions started; ', toString(toUInt64(round(greatest(expected - 3.5 * sigma, 0)))), ' to ', toString(toUInt64(round(expected + 3.5 * sigma))), ' are usual ', multiIf(basis = 'hour_of_week', 'at this hour of the week', basis = 'hour_of_day', 'at this hour of the day', 'in an hour')),
      measure = 'failures', concat(toString(round(value, 1)), ' % of ', toString(success + failure), ' executions failed; up to ', toString(round(least(expected + 3.5 * sigma, 100), 1)), ' % is usual ', multiIf(basis = 'hour_of_week', 'at this hour of the week', basis = 'hour_of_day', 'at this hour of the day', 'in an hour')),
      concat('executions took ', toString(round((value) / 1000, 2)), ' s on average; up to ', toString(round((expected + 3.5 * sigma) / 1000, 2)), ' s is usual ', multiIf(basis = 'hour_of_week', 'at this hour of the week', basis = 'hour_of_day', 'at this hour of the day', 'in an hour'))) AS reason
  FROM (
    SELECT
      *,
      multiIf(
        measure = 'executions', greatest(1.4826 * mad, sqrt(expected), 1),
        measure = 'failures', greatest(1.4826 * mad, sqrt(greatest(expected, 1) * (100 - least(expected, 99)) / greatest(success + failure, 1)), 1),
        greatest(1.4826 * mad, 0.1 * expected, 0.001)) AS sigma,
      (value - expected) / sigma AS score
    FROM (
      SELECT
        *,
        multiIf(length(week) >= 3, 'hour_of_week', length(day) >= 5, 'hour_of_day', 'recent') AS basis,
        multiIf(basis = 'hour_of_week', week, basis = 'hour_of_day', day, recent) AS usual,
        toUInt32(length(usual)) AS samples,
        arrayReduce('quantileExactInclusive(0.5)', usual) AS expected,
        arrayReduce('quantileExactInclusive(0.5)', arrayMap(x -> abs(x - expected), usual)) AS mad
      FROM (
        SELECT
          at, n, success, failure, durations,
          measured.1 AS measure, measured.2 AS value, measured.3 AS week, measured.4 AS day, measured.5 AS recent
        FROM (
          SELECT
            *,
            groupArray(toFloat64(n)) OVER week AS executions_week,
            groupArray(toFloat64(n)) OVER day AS executions_day,
            groupArray(toFloat64(n)) OVER recent AS executions_recent,
            groupArray(if(success + failure > 0, 100 * failure / (success + failure), NULL)) OVER week AS failures_week,
            groupArray(if(success + failure > 0, 100 * failure / (success + failure), NULL)) OVER day AS failures_day,
            groupArray(if(success + failure > 0, 100 * failure / (success + failure), NULL)) OVER recent AS failures_recent,
            groupArray(if(durations > 0, duration_sum / durations, NULL)) OVER week AS duration_week,
            groupArray(if(durations > 0, duration_sum / durations, NULL)) OVER day AS duration_day,
            groupArray(if(durations > 0, duration_sum / durations, NULL)) OVER recent AS duration_recent
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
                toUnixTimestamp(hour) AS at,
                sum(executions) AS part_n,
                sumIf(executions, status = 'success') AS part_success,
                sumIf(executions, status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS part_failure,
                sumIf(execution_hours_total.durations, status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS part_durations,
                sumIf(duration_ms_sum, status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS part_duration_sum
              FROM execution_hours_total FINAL
              WHERE tenant = {tenant:String}
                AND hour >= fromUnixTimestamp64Nano({series_from:Int64}, 'UTC')
                AND hour < fromUnixTimestamp64Nano({series_to:Int64}, 'UTC')
                AND toUnixTimestamp(hour) NOT IN {raw_hours:Array(UInt32)}
                AND kind IN {kinds:Array(String)}
                AND environment = {environment:String}
              GROUP BY at
              UNION ALL
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
                AND ((started_at >= fromUnixTimestamp64Nano({raw_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({raw_hours_0_to:Int64}, 'UTC')))
              GROUP BY at
            )
            GROUP BY at
            ORDER BY at WITH FILL TO {judge_to:UInt32} STEP 3600
          )
          WINDOW
            week AS (PARTITION BY at % 604800 ORDER BY at ROWS BETWEEN 8 PRECEDING AND 1 PRECEDING),
            day AS (PARTITION BY at % 86400 ORDER BY at ROWS BETWEEN 28 PRECEDING AND 1 PRECEDING),
            recent AS (ORDER BY at ROWS BETWEEN 72 PRECEDING AND 1 PRECEDING)
        )
        ARRAY JOIN [
          ('executions', ifNull(toFloat64(n), nan), executions_week, executions_day, executions_recent),
          ('failures', ifNull(if(success + failure > 0, 100 * failure / (success + failure), NULL), nan), failures_week, failures_day, failures_recent),
          ('duration', ifNull(if(durations > 0, duration_sum / durations, NULL), nan), duration_week, duration_day, duration_recent)
        ] AS measured
        WHERE at >= {judge_from:UInt32} AND at < {judge_to:UInt32}
      )
      WHERE isFinite(value) AND (length(week) >= 3 OR length(day) >= 5 OR length(recent) >= 24)
    )
  )
  WHERE multiIf(
    measure = 'executions', abs(score) > 3.5,
    measure = 'failures', score > 3.5 AND success + failure >= 5,
    score > 3.5 AND durations >= 5)
)
ORDER BY abs(score) DESC, starts_s DESC, pattern
LIMIT 100
