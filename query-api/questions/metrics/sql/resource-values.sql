SELECT
  service,
  metric,
  bucket,
  toUInt32(count()) AS instances,
  sum(level_sum) AS sum_of_sums,
  avg(level_sum) AS mean_of_sums,
  avg(level_mean) AS mean_of_means,
  max(level_max) AS max_of_maxima,
  sum(rate) AS rate_sum,
  avg(rate) AS rate_mean
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
      least(toInt32(intDiv(toUnixTimestamp64Nano(time) - {from:Int64}, {width:Int64})), toInt32({last_bucket:UInt32})) AS bucket,
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
      AND time >= fromUnixTimestamp64Nano({time_from:Int64}, 'UTC')
      AND time < fromUnixTimestamp64Nano({time_to:Int64}, 'UTC')
      AND isNotNull(value)
    GROUP BY service, metric, series, instance, bucket
  )
  GROUP BY service, metric, bucket, instance
)
GROUP BY service, metric, bucket
ORDER BY service, metric, bucket
LIMIT 20000
