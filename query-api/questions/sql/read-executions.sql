WITH (
  SELECT groupArray((instance, anchor, traces)) FROM (
    SELECT instance, min(anchor_at) AS anchor, groupUniqArray(lower(hex(trace_id))) AS traces
    FROM execution_locator
    WHERE tenant = {tenant:String}
      AND execution_id = {execution_id:String}
    GROUP BY instance
    ORDER BY instance
    LIMIT 100
  )
) AS located
SELECT
  execution_id,
  kind,
  provider,
  instance,
  workflow_id,
  workflow_name,
  workflow_version,
  mode,
  environment,
  service,
  user_id,
  conversation_id,
  database_type,
  query,
  duration_ms,
  queue_ms,
  progress,
  error_type,
  error_class,
  error_message,
  error_fingerprint,
  response_status_code,
  failed_step,
  step_count,
  failed_steps,
  rows_total,
  rows_returned,
  parent_execution_id,
  retry_of,
  attempt,
  if(status IN ('queued', 'running') AND if(isNull(heartbeat_at), last_seen_at < fromUnixTimestamp64Nano({lost_before:Int64}, 'UTC'), assumeNotNull(heartbeat_at) < fromUnixTimestamp64Nano({heartbeat_before:Int64}, 'UTC')), 'lost', toString(status)) AS shown_status,
  toString(toUnixTimestamp64Nano(started_at)) AS started_ns,
  toString(toUnixTimestamp64Nano(ended_at)) AS ended_ns,
  toString(toUnixTimestamp64Nano(last_seen_at)) AS last_seen_ns,
  toString(toUnixTimestamp64Nano(expected_end_at)) AS expected_end_ns,
  lower(hex(trace_id)) AS trace,
  input,
  input_truncated,
  output,
  output_truncated,
  error_stack,
  status_explicit,
  toString(toUnixTimestamp64Nano(queued_at)) AS queued_ns,
  replay_of,
  mapKeys(attributes) AS attribute_keys,
  mapValues(attributes) AS attribute_values,
  failed_step_names,
  spans_truncated,
  toString(toUnixTimestamp64Micro(settled_at)) AS settled_us,
  tupleElement(arrayFirst(place -> place.1 = instance, located), 3) AS located_traces,
  arrayMap(x -> lower(hex(x)), if(empty(segments.trace_id), [trace_id], segments.trace_id)) AS segment_traces,
  arrayMap(x -> lower(hex(x)), if(empty(segments.trace_id), [span_id], segments.span_id)) AS segment_spans,
  arrayMap(x -> toString(toUnixTimestamp64Nano(x)), if(empty(segments.trace_id), [started_at], segments.started_at)) AS segment_starts,
  arrayMap(x -> toString(toUnixTimestamp64Nano(x)), if(empty(segments.trace_id), [ifNull(ended_at, toDateTime64(0, 9))], segments.ended_at)) AS segment_ends,
  arrayMap(x -> toString(x), if(empty(segments.trace_id), [status], segments.status)) AS segment_statuses
FROM executions FINAL
WHERE tenant = {tenant:String}
  AND anchor_at IN tupleElement(located, 2)
  AND execution_id = {execution_id:String}
ORDER BY started_at DESC, instance
