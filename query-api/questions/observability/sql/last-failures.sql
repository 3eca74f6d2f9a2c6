SELECT
  workflow_id AS failed_workflow,
  '' AS failed_environment,
  argMax(execution_id, (started_at, execution_id)) AS last_failed_id,
  argMax(error_type, (started_at, execution_id)) AS last_error_type,
  argMax(error_message, (started_at, execution_id)) AS last_error_message
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at IN {starts:Array(DateTime64(9))}
  AND workflow_id IN {workflow_ids:Array(String)}
  AND kind IN {kinds:Array(String)}
  AND environment = {environment:String}
  AND status IN {stored_statuses:Array(String)}
  AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
GROUP BY workflow_id, failed_environment
SETTINGS ignore_data_skipping_indices = 'by_status'
