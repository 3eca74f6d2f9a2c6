SELECT count() AS n
FROM (
  SELECT 1
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND anchor_at IN {anchors:Array(DateTime64(6))}
  LIMIT 10001
)
SETTINGS use_skip_indexes = 0, max_threads = 1
