SELECT
  sum(part_waits) AS waits,
  arrayMap(b -> if(isNaN(b), NULL, if(b < 1, 0.125, 0.25 * pow(1.022, b - 0.5))), quantilesTimingMerge(0.5, 0.75, 0.9, 0.95, 0.99)(wait_state)) AS wait_quantiles,
  sum(part_wait_sum) AS wait_sum,
  sum(part_totals) AS totals,
  arrayMap(b -> if(isNaN(b), NULL, if(b < 1, 0.125, 0.25 * pow(1.022, b - 0.5))), quantilesTimingMerge(0.5, 0.75, 0.9, 0.95, 0.99)(total_state)) AS total_quantiles,
  sum(part_total_sum) AS total_sum,
  groupArrayIf(assumeNotNull(bin), bin IS NOT NULL) AS bins,
  groupArrayIf(n, bin IS NOT NULL) AS counts
FROM (
  SELECT
    roundDown(duration_ms, [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000, 2000000, 5000000, 10000000, 20000000, 50000000, 100000000, 200000000, 500000000]) AS bin,
    count() AS n,
    countIf(queue_ms IS NOT NULL) AS part_waits,
    quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(toUInt16(if(assumeNotNull(queue_ms) < 0.25, 0, 1 + floor(log(assumeNotNull(queue_ms) / 0.25) / log(1.022)))), queue_ms IS NOT NULL) AS wait_state,
    sumIf(assumeNotNull(queue_ms), queue_ms IS NOT NULL) AS part_wait_sum,
    countIf(queue_ms IS NOT NULL AND duration_ms IS NOT NULL) AS part_totals,
    quantilesTimingStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(toUInt16(if(assumeNotNull(queue_ms) + assumeNotNull(duration_ms) < 0.25, 0, 1 + floor(log(assumeNotNull(queue_ms) + assumeNotNull(duration_ms) / 0.25) / log(1.022)))), queue_ms IS NOT NULL AND duration_ms IS NOT NULL) AS total_state,
    sumIf(assumeNotNull(queue_ms) + assumeNotNull(duration_ms), queue_ms IS NOT NULL AND duration_ms IS NOT NULL) AS part_total_sum
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
    AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
    AND kind IN {kinds:Array(String)}
    AND environment = {environment:String}
    AND status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')
  GROUP BY bin
)
