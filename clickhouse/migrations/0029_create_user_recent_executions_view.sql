-- Executions of each user, numbered from the newest on, for SQL users. Name tenant and days: it ranks what is left.
CREATE VIEW IF NOT EXISTS user_recent_executions AS
SELECT
    tenant,
    user_id,
    row_number() OVER (PARTITION BY tenant, user_id ORDER BY started_at DESC, execution_id DESC, instance DESC) AS recency,
    execution_id,
    instance,
    kind,
    workflow_id,
    workflow_name,
    status,
    conversation_id,
    database_type,
    query,
    started_at,
    ended_at,
    duration_ms,
    error_type,
    error_message,
    anchor_at
FROM executions FINAL
WHERE user_id != ''
