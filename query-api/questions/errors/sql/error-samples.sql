SELECT
  fingerprint,
  arrayMap(s -> CAST((toString(-s.1), s.2, s.3, s.4, s.5), 'Tuple(ns String, execution_id String, instance String, message String, workflow_id String)'), groupArraySortedArrayIf(5)(arrayMap(s -> (s.1, s.2, s.3, s.4, toString(workflow_id)), newest), 1)) AS samples
FROM (
  SELECT
    multiIf(error_fingerprint != '', error_fingerprint, status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', 'unknown') AS fingerprint,
    toUnixTimestamp64Nano(started_at) AS at,
    workflow_id,
    workflow_name,
    error_type,
    error_class,
    failed_step,
    if(user_id = '', [], [sipHash128(user_id)]) AS hit_users,
    [(-toUnixTimestamp64Nano(started_at), execution_id, toString(instance), substringUTF8(error_message, 1, 1000))] AS newest,
    started_at AS first_at,
    started_at AS last_at,
    toUInt64(1) AS n
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND started_at >= fromUnixTimestamp64Nano({errors_from:Int64}, 'UTC')
    AND started_at < fromUnixTimestamp64Nano({errors_to:Int64}, 'UTC')
    AND started_at IN {starts:Array(DateTime64(9))}
    AND status IN {stored_statuses:Array(String)}
    AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
    AND multiIf(error_fingerprint != '', error_fingerprint, status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', 'unknown') IN {fingerprints:Array(String)}
)
GROUP BY fingerprint
SETTINGS ignore_data_skipping_indices = 'by_status'
