SELECT
  count() AS total,
  countIf(shown = 'success') AS success,
  countIf(shown IN ('partial', 'failed', 'error', 'timeout', 'lost')) AS failed,
  countIf(shown = 'cancelled') AS cancelled,
  countIf(shown IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')) AS final,
  avgOrNullIf(assumeNotNull(duration_ms), shown IN ('success', 'partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') AND isNotNull(duration_ms)) AS average_ms,
  sumMap(map(if(mode = '', 'unknown', toString(mode)), toUInt64(1))) AS all_modes,
  CAST(arraySlice(arrayReverseSort(pair -> pair.2, CAST(all_modes, 'Array(Tuple(String, UInt64))')), 1, 100), 'Map(String, UInt64)') AS modes,
  countIf(is_enabled = 'true') AS visual_enabled,
  countIf(is_streamed = 'true') AS visual_streaming,
  avgOrNullIf(assumeNotNull(events), isNotNull(events)) AS average_events,
  avgOrNullIf(assumeNotNull(stream_s), isNotNull(stream_s)) AS average_stream_s,
  toString(toUnixTimestamp64Nano(max(started_at))) AS last_ns
FROM (
  SELECT
    if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) AS shown,
    duration_ms,
    mode,
    started_at,
    visual_enabled AS is_enabled,
    visual_streaming AS is_streamed,
    visual_events_captured AS events,
    visual_stream_duration_s AS stream_s
  FROM executions FINAL
  WHERE tenant = {tenant:String}
    AND user_id = {owner:String}
    AND workflow_id = {workflow_id:String}
    AND kind NOT IN ('query', 'request')
)
