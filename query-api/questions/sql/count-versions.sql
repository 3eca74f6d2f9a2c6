SELECT count() AS n
FROM executions
WHERE tenant = {tenant:String}
  AND anchor_at IN {anchors:Array(DateTime64(6))}
