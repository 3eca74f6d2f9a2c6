-- Notes every version of an execution that is written, for live streams.
CREATE MATERIALIZED VIEW IF NOT EXISTS execution_changes_from_executions TO execution_changes AS
SELECT
    now64(6) AS changed_at,
    tenant,
    execution_id,
    instance,
    kind,
    provider,
    workflow_id,
    workflow_name,
    environment,
    service,
    user_id,
    conversation_id,
    status,
    previous_status,
    started_at,
    ended_at,
    duration_ms,
    progress,
    version
FROM executions
WHERE is_deleted = 0 AND removed = ''
