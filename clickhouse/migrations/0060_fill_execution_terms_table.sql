-- From what was stored before the view was there; what both wrote is one row. Block by block, as nothing is grouped: one thread and small blocks bound its memory.
INSERT INTO execution_terms (tenant, term, value, anchor_at, execution_id, instance, started_offset_ns, is_open)
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
SETTINGS max_threads = 1, max_insert_threads = 1, min_insert_block_size_bytes = 67108864
