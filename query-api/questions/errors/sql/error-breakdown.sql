SELECT
  part.1 AS field,
  part.2 AS value,
  if(field = 'workflow', argMax(workflow_name, started_at), any(part.3)) AS more,
  count() AS executions,
  toString(toUnixTimestamp64Nano(max(started_at))) AS last_ns
FROM (
  SELECT
    workflow_name,
    started_at,
    arrayJoin([
      ('workflow', toString(workflow_id), ''),
      ('version', toString(workflow_version), toString(workflow_id)),
      ('user', user_id, ''),
      ('environment', toString(environment), ''),
      ('service', toString(service), '')
    ]) AS part
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND user_id = {owner:String}
    AND anchor_at IN (
    SELECT anchor_at
    FROM executions
    WHERE tenant = {tenant:String}
      AND user_id = {owner:String}
      AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
      AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
      AND kind IN {kinds:Array(String)}
      AND environment = {environment:String}
      AND workflow_id = {workflow_id:String}
      AND error_fingerprint = {fingerprint:String}
      AND status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')
    )
    AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
    AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
    AND kind IN {kinds:Array(String)}
    AND environment = {environment:String}
    AND workflow_id = {workflow_id:String}
    AND error_fingerprint = {fingerprint:String}
    AND status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')
)
WHERE part.2 != ''
GROUP BY field, value, if(field = 'version', part.3, '')
ORDER BY executions DESC, last_ns DESC, value
LIMIT {limit:UInt32} BY field
