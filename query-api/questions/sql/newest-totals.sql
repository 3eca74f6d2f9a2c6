SELECT toUnixTimestamp(hour) AS hour_s, n AS executions
FROM (
  SELECT hour, sum(executions) AS n, if(hour + INTERVAL 1 HOUR > fromUnixTimestamp64Nano({top:Int64}, 'UTC'), 0, n) AS counted, sum(counted) OVER (ORDER BY hour DESC) AS so_far
  FROM execution_hours_total FINAL
  WHERE tenant = {tenant:String}
    AND hour <= fromUnixTimestamp64Nano({top:Int64}, 'UTC')
    AND executions > 0
  GROUP BY hour
)
WHERE so_far - counted < {executions:UInt32}
ORDER BY hour DESC
LIMIT 1000
