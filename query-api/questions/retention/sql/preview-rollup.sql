SELECT 0 AS rule, count() AS rows
FROM execution_minutes FINAL
WHERE tenant = {tenant:String}
  AND toUnixTimestamp(minute) < {before:Int64}
