SELECT
  toString(_block_number) AS block,
  toString(_block_offset) AS block_offset,
  toString(toUnixTimestamp64Micro(changed_at)) AS at,
  tenant, execution_id, instance, kind, provider, workflow_id, workflow_name, environment, service, user_id, conversation_id,
  status, previous_status,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  toString(toUnixTimestamp64Nano(ended_at)) AS ended_ns,
  duration_ms, progress,
  toString(version) AS version
FROM execution_changes
WHERE tenant = {tenant:String}
  AND changed_at >= fromUnixTimestamp64Micro({changed_from:Int64}, 'UTC')
  AND (_block_number > {block:Int64} OR (_block_number = {block:Int64} AND _block_offset > {block_offset:Int64}))
ORDER BY _block_number, _block_offset
LIMIT {limit:UInt32}
