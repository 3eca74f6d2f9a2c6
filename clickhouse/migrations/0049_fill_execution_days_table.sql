-- From the hours that were rebuilt before there were days; whatever the worker rebuilds counts instead of these rows.
INSERT INTO execution_days (tenant, day, kind, environment, workflow_id, status, workflow_name, failed_users, executions, queue_ms_sum, rows_total_sum, durations, duration_ms_sum, duration_ms_max, duration_bucket, last_started_at, generation)
SELECT
    rows.tenant,
    toStartOfDay(rows.hour, 'UTC') AS day,
    rows.kind, rows.environment, rows.workflow_id, rows.status,
    argMax(rows.workflow_name, (rows.executions > 0, rows.last_started_at)),
    groupUniqArrayArray(rows.failed_users),
    sum(rows.executions),
    sum(rows.queue_ms_sum),
    sum(rows.rows_total_sum),
    sum(rows.durations),
    sum(rows.duration_ms_sum),
    max(rows.duration_ms_max),
    quantilesTimingMergeState(0.5, 0.75, 0.9, 0.95, 0.99)(rows.duration_bucket),
    max(rows.last_started_at),
    0
FROM execution_hours AS rows FINAL
GROUP BY rows.tenant, day, rows.kind, rows.environment, rows.workflow_id, rows.status
SETTINGS max_bytes_before_external_group_by = 268435456
