-- What a list shows of an execution, as one JSON array. A page of rows that lie scattered costs by the column, whatever it holds: thirty of them in one
-- halve it, for a tenth more bytes of a row (docs/adr/0025). What was stored before is put together when it is read, until it is merged.
-- Only ever append: where an array is shorter, its row is older. 64-bit figures are text, as settings would else decide how they are written.
ALTER TABLE executions
    ADD COLUMN IF NOT EXISTS listed String MATERIALIZED toJSONString((
        kind, provider, workflow_id, workflow_name, workflow_version, mode, environment, service, conversation_id, database_type,
        query, queue_ms, progress, toString(toUnixTimestamp64Nano(expected_end_at)),
        toString(toUnixTimestamp64Nano(nullIf(last_seen_at, ended_at))), toString(toUnixTimestamp64Milli(heartbeat_at)),
        error_type, error_class, error_message, error_fingerprint, response_status_code, failed_step, step_count, failed_steps,
        toString(rows_total), toString(rows_returned), parent_execution_id, retry_of, attempt,
        substringUTF8(input, 1, if(startsWith(input, 'enc:v1:'), 800, 200)),
        substringUTF8(output, 1, if(startsWith(output, 'enc:v1:'), 800, 200))
    )) CODEC(ZSTD(1))
