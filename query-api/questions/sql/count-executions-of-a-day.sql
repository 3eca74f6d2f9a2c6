SELECT count() AS n
FROM (
  SELECT 1
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND started_at >= fromUnixTimestamp64Nano({window_from:Int64}, 'UTC')
  LIMIT 10001
)
