SELECT
  bucket,
  toUInt8(grouping(bucket)) AS whole,
  sumMap(map(shown, n)) AS by_status,
  sumIf(n, 1) AS total,
  sumIf(n, 1 AND shown = 'success') AS success,
  sumIf(n, 1 AND shown IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS failure,
  sumIf(n, 1 AND shown IN ('queued', 'running', 'waiting')) AS running,
  sumIf(durations, 1) AS durations_count,
  sumIf(duration_sum, 1) AS duration_total,
  quantilesExactMergeIf(0.5, 0.75, 0.9, 0.95, 0.99)(state, 1) AS quantiles
FROM (
  SELECT
    toUnixTimestamp64Nano(assumeNotNull(ended_at)) >= {from:Int64} AS is_current,
    if(is_current, toInt32(intDiv((toUnixTimestamp64Nano(assumeNotNull(ended_at)) - {from:Int64}) * {buckets:UInt32}, {length:Int64})), 0) AS bucket,
    if(fell_silent, 'lost', toString(status)) AS shown,
    count() AS n,
    countIf(duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS durations,
    sumIf(assumeNotNull(duration_ms), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS duration_sum,
    quantilesExactStateIf(0.5, 0.75, 0.9, 0.95, 0.99)(assumeNotNull(duration_ms), duration_ms IS NOT NULL AND (fell_silent OR status IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost'))) AS state,
    max(started_at) AS last_started
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND ended_at >= fromUnixTimestamp64Nano({previous_from:Int64}, 'UTC')
    AND ended_at < fromUnixTimestamp64Nano({to:Int64}, 'UTC')
    AND user_id = {user_id:String}
    AND mapContains(attributes, {attribute_key_0:String})
    AND attributes[{attribute_key_0:String}] = {attribute_value_0:String}
    AND (positionCaseInsensitiveUTF8(workflow_name, {q:String}) > 0
      OR positionCaseInsensitiveUTF8(failed_step, {q:String}) > 0
      OR positionCaseInsensitiveUTF8(service, {q:String}) > 0
      OR positionCaseInsensitiveUTF8(execution_id, {q:String}) > 0
      OR positionCaseInsensitiveUTF8(workflow_id, {q:String}) > 0
      OR positionCaseInsensitiveUTF8(user_id, {q:String}) > 0
      OR positionCaseInsensitiveUTF8(conversation_id, {q:String}) > 0
      OR positionCaseInsensitiveUTF8(query, {q:String}) > 0
      OR positionCaseInsensitiveUTF8(error_type, {q:String}) > 0
      OR positionCaseInsensitiveUTF8(error_message, {q:String}) > 0)
  GROUP BY is_current, bucket, status, status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')) AS fell_silent
)
GROUP BY GROUPING SETS ((), (bucket))
ORDER BY whole, bucket
