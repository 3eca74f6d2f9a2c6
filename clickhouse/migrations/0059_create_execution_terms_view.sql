-- Notes by what every version of an execution is looked for. `executionTerms` writes the same once more where a kill came between.
CREATE MATERIALIZED VIEW IF NOT EXISTS execution_terms_from_executions TO execution_terms AS
SELECT
    tenant,
    term,
    value,
    anchor_at,
    execution_id,
    instance,
    toUnixTimestamp64Nano(started_at) - toUnixTimestamp64Micro(anchor_at) * 1000 AS started_offset_ns,
    status IN ('queued', 'running', 'waiting') AS is_open
FROM executions
ARRAY JOIN
    CAST([1, 2, 3], 'Array(Enum8(\'user_id\' = 1, \'conversation_id\' = 2, \'parent_execution_id\' = 3))') AS term,
    [user_id, conversation_id, parent_execution_id] AS value
WHERE is_deleted = 0 AND value != ''
