SELECT
  environment,
  count() AS failures
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND started_at > fromUnixTimestamp64Nano({earliest:Int64}, 'UTC')
  AND started_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
  AND environment IN {environments:Array(String)}
  AND started_at > {sinces:Array(DateTime64(9))}[indexOf({environments:Array(String)}, environment)]
  AND kind IN {kinds:Array(String)}
  AND status IN {stored_statuses:Array(String)}
  AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
GROUP BY environment
SETTINGS ignore_data_skipping_indices = 'by_status'
