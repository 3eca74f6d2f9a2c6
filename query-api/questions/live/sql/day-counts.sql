SELECT
  count() AS total,
  countIf(shown = 'success') AS success,
  countIf(shown IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS failure,
  countIf(shown IN ('queued', 'running', 'waiting')) AS running
FROM (
  SELECT if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) AS shown
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND started_at >= fromUnixTimestamp64Nano({from:Int64}, 'UTC')
    AND kind NOT IN ('query', 'request')
)
