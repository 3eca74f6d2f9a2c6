SELECT
  toUInt32(if(count() = 0, 0, intDiv({hour:UInt32} - min(at), 86400))) AS days,
  if(days = 0, NULL, arrayReduce('quantileExactInclusive(0.5)', arrayConcat(groupArray(waiting), arrayWithConstant(days - count(), 0.)))) AS waiting,
  if(days = 0, NULL, arrayReduce('quantileExactInclusive(0.5)', arrayConcat(groupArray(running), arrayWithConstant(days - count(), 0.)))) AS running
FROM (
  SELECT
    toUnixTimestamp(hour) AS at,
    sum(queue_ms_sum) / 3600000 AS waiting,
    sum(duration_ms_sum) / 3600000 AS running
  FROM execution_hours_total FINAL
  WHERE tenant = {tenant:String}
    AND hour >= toDateTime({hour:UInt32} - 2419200, 'UTC')
    AND hour < toDateTime({hour:UInt32}, 'UTC')
    AND toUnixTimestamp(hour) % 86400 = {hour:UInt32} % 86400
    AND executions > 0
    AND kind IN {kinds:Array(String)}
    AND environment = {environment:String}
  GROUP BY at
)
