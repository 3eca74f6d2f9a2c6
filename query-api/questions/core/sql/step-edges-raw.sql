SELECT
  edge.1 AS from_step,
  edge.2 AS to_step,
  n
FROM (
  SELECT
    arrayJoin(arrayZip(arrayConcat([''], names), arrayConcat(names, ['']))) AS edge,
    count() AS n
  FROM (
    SELECT CAST(steps.name, 'Array(String)') AS names
    FROM executions FINAL
    WHERE tenant = {tenant:String}
      AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
      AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
      AND workflow_id = {workflow_id:String}
      AND environment = {environment:String}
      AND notEmpty(steps.name)
    ORDER BY started_at DESC, execution_id DESC, instance DESC
    LIMIT 2000
  )
  GROUP BY edge
)
ORDER BY n DESC, from_step, to_step
LIMIT 1000
