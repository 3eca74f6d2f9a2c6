-- From the hours that were rebuilt before there were days; whatever the worker rebuilds counts instead of these rows.
INSERT INTO error_days (tenant, day, error_fingerprint, kind, environment, workflow_id, workflow_name, error_type, error_class, failed_step, users, first_started_at, executions, durations, duration_ms_sum, duration_ms_max, duration_bucket, last_started_at, generation)
SELECT
    rows.tenant,
    toStartOfDay(rows.hour, 'UTC') AS day,
    rows.error_fingerprint, rows.kind, rows.environment, rows.workflow_id,
    argMax(rows.workflow_name, (rows.executions > 0, rows.last_started_at)),
    argMax(rows.error_type, (rows.executions > 0, rows.last_started_at)),
    argMax(rows.error_class, (rows.executions > 0, rows.last_started_at)),
    argMax(rows.failed_step, (rows.executions > 0, rows.last_started_at)),
    groupUniqArrayArray(rows.users),
    minIf(rows.first_started_at, rows.executions > 0),
    sum(rows.executions),
    sum(rows.durations),
    sum(rows.duration_ms_sum),
    max(rows.duration_ms_max),
    quantilesTimingMergeState(0.5, 0.75, 0.9, 0.95, 0.99)(rows.duration_bucket),
    max(rows.last_started_at),
    0
FROM error_hours AS rows FINAL
GROUP BY rows.tenant, day, rows.error_fingerprint, rows.kind, rows.environment, rows.workflow_id
SETTINGS max_bytes_before_external_group_by = 268435456
