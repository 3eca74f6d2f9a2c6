-- An execution that is called by the id of another trace was named there first: that trace gives it too, whenever its own spans come, so that it is not
-- taken for new then.
ALTER TABLE trace_executions_from_locator
    MODIFY QUERY
SELECT tenant, arrayJoin(traces) AS trace_id, execution_id, instance
FROM
(
    SELECT
        tenant,
        execution_id,
        instance,
        if(
            length(execution_id) = 32 AND execution_id != lower(hex(trace_id)) AND match(execution_id, '^[0-9a-f]{32}$'),
            [trace_id, toFixedString(substring(unhex(execution_id), 1, 16), 16)],
            [trace_id]
        ) AS traces
    FROM execution_locator
)
