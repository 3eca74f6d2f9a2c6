-- Executions that are open now, for SQL users. Candidates are found by the index on the status, without merging; only their rows are merged.
-- Which of them are lost depends on `api.lostAfterMs`, so it is told by when they were last heard of.
CREATE VIEW IF NOT EXISTS v_current_executions AS
SELECT
    tenant,
    execution_id,
    instance,
    kind,
    workflow_id,
    workflow_name,
    status,
    environment,
    service,
    user_id,
    conversation_id,
    started_at,
    dateDiff('millisecond', started_at, now64(3)) AS elapsed_ms,
    progress,
    expected_end_at,
    last_seen_at,
    heartbeat_at,
    step_count,
    trace_id
FROM executions FINAL
WHERE status IN ('queued', 'running', 'waiting')
  AND (tenant, anchor_at) IN
  (
      SELECT tenant, anchor_at
      FROM executions
      WHERE status IN ('queued', 'running', 'waiting') AND is_deleted = 0
  )
