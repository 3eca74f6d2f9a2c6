SELECT
  toUInt32(if(count() = 0, 0, intDiv({hour:UInt32} - min(at), 86400))) AS days,
  if(days = 0, NULL, arrayReduce('quantileExactInclusive(0.5)', arrayConcat(groupArray(waiting), arrayWithConstant(days - count(), 0.)))) AS waiting,
  if(days = 0, NULL, arrayReduce('quantileExactInclusive(0.5)', arrayConcat(groupArray(running), arrayWithConstant(days - count(), 0.)))) AS running
FROM (
  SELECT
    toUnixTimestamp(toStartOfHour(started_at, 'UTC')) AS at,
    sum(ifNull(queue_ms, 0)) / 3600000 AS waiting,
    sum(ifNull(duration_ms, 0)) / 3600000 AS running
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND user_id = {owner:String}
    AND started_at >= toDateTime({hour:UInt32} - 2419200, 'UTC')
    AND started_at < toDateTime({hour:UInt32}, 'UTC')
    AND toUnixTimestamp(toStartOfHour(started_at, 'UTC')) % 86400 = {hour:UInt32} % 86400
    AND kind NOT IN ('query', 'request')
  GROUP BY at
)
