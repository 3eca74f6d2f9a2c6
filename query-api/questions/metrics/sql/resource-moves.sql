SELECT
  hour_s,
  service,
  metric,
  avgIf(value, bucket = hour_s) AS during,
  avgIf(value, bucket < hour_s) AS before
FROM (
  SELECT service, metric, bucket, assumeNotNull(level) AS value, arrayJoin(arrayFilter(h -> bucket <= h AND bucket + 86400 >= h, {hours:Array(UInt32)})) AS hour_s
  FROM (
    SELECT service, metric, bucket, if(metric IN {rates:Array(String)}, avg(rate), avg(level_mean)) AS level
    FROM (
      SELECT
        service,
        metric,
        bucket,
        sum(mean) AS level_sum,
        avg(mean) AS level_mean,
        max(top) AS level_max,
        sum(growth) AS rate
      FROM (
        SELECT
          service,
          metric,
          toUnixTimestamp(toStartOfHour(time, 'UTC')) AS bucket,
          cityHash64(resource_json) AS instance,
          avg(assumeNotNull(value)) AS mean,
          max(assumeNotNull(value)) AS top,
          multiIf(
            JSONExtractUInt(any(metric_json), 'temporality') = 1,
              sum(assumeNotNull(value)) / nullIf(toFloat64(max(toUnixTimestamp64Nano(time)) - min(toUnixTimestamp64Nano(start_time))) / 1e9, 0),
            count() > 1, deltaSumTimestamp(assumeNotNull(value), toUnixTimestamp64Nano(time)) / nullIf(toFloat64(max(toUnixTimestamp64Nano(time)) - min(toUnixTimestamp64Nano(time))) / 1e9, 0),
            NULL) AS growth
        FROM metric_points FINAL
        WHERE tenant = {tenant:String}
          AND metric IN {metrics:Array(String)}
          AND time >= toDateTime(arrayMin({hours:Array(UInt32)}) - 86400, 'UTC')
          AND time < toDateTime(arrayMax({hours:Array(UInt32)}) + 3600, 'UTC')
          AND arrayExists(h -> toUnixTimestamp(toStartOfHour(time, 'UTC')) <= h AND toUnixTimestamp(toStartOfHour(time, 'UTC')) + 86400 >= h, {hours:Array(UInt32)})
          AND isNotNull(value)
        GROUP BY service, metric, series, instance, bucket
      )
      GROUP BY service, metric, bucket, instance
    )
    GROUP BY service, metric, bucket
  )
  WHERE isNotNull(level)
)
GROUP BY hour_s, service, metric
HAVING countIf(bucket < hour_s) >= 3
  AND countIf(bucket = hour_s) > 0
  AND abs(during - before) > greatest(3 * stddevPopIf(value, bucket < hour_s), 0.2 * abs(before))
ORDER BY hour_s, abs(during - before) / greatest(abs(before), 1e-9) DESC, service, metric
LIMIT 200
