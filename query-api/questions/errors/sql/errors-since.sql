SELECT
  fingerprint,
  sum(since) AS executions,
  max(since) AS most_in_an_hour,
  toString(toUnixTimestamp64Nano(max(last))) AS last_ns
FROM (
  SELECT
    fingerprint,
    intDiv(at, 3600000000000) * 3600 AS hour,
    greatest(toInt64(sum(n)) - if(hour = transform(fingerprint, {marked:Array(String)}, {marked_hours:Array(UInt32)}, toUInt32(0)), transform(fingerprint, {marked:Array(String)}, {marked_before:Array(UInt32)}, toUInt32(0)), 0), 0) AS since,
    max(last_at) AS last
  FROM (
    SELECT
      toString(error_fingerprint) AS fingerprint,
      toInt64(toUnixTimestamp(hour)) * 1000000000 AS at,
      workflow_id,
      workflow_name,
      error_type,
      error_class,
      failed_step,
      users AS hit_users,
      samples AS newest,
      first_started_at AS first_at,
      last_started_at AS last_at,
      executions AS n
    FROM error_hours FINAL
    WHERE tenant = {tenant:String}
      AND hour >= fromUnixTimestamp64Nano({errors_from:Int64}, 'UTC')
      AND hour < fromUnixTimestamp64Nano({errors_to:Int64}, 'UTC')
      AND toUnixTimestamp(hour) NOT IN {raw_hours:Array(UInt32)}
      AND executions > 0
      AND error_fingerprint IN {fingerprints:Array(String)}
    UNION ALL
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
      AND ((started_at >= fromUnixTimestamp64Nano({raw_hours_0_from:Int64}, 'UTC') AND started_at < fromUnixTimestamp64Nano({raw_hours_0_to:Int64}, 'UTC')))
      AND status IN {stored_statuses:Array(String)}
      AND if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) IN {statuses:Array(String)}
      AND multiIf(error_fingerprint != '', error_fingerprint, status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', 'unknown') IN {fingerprints:Array(String)}
  )
  GROUP BY fingerprint, hour
  HAVING hour >= transform(fingerprint, {marked:Array(String)}, {marked_hours:Array(UInt32)}, toUInt32(0))
)
GROUP BY fingerprint
