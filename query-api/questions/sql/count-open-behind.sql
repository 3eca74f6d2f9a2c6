SELECT count() AS n
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND anchor_at IN {anchors:Array(DateTime64(6))}
  AND started_at <= fromUnixTimestamp64Nano({after_value:Int64}, 'UTC')
  AND (started_at < fromUnixTimestamp64Nano({after_value:Int64}, 'UTC') OR (started_at = fromUnixTimestamp64Nano({after_value:Int64}, 'UTC') AND (execution_id, instance) < ({after_id:String}, {after_instance:String})))
  AND status IN ('queued', 'running', 'waiting')
  AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN ('queued', 'running', 'waiting')
