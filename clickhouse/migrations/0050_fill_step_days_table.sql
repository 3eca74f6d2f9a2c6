-- From the hours that were rebuilt before there were days; whatever the worker rebuilds counts instead of these rows.
INSERT INTO step_days (tenant, day, workflow_id, environment, kind, step_type, step_name, step_status, steps, durations, duration_ms_sum, duration_ms_max, duration_bucket, last_started_at, generation)
SELECT
    rows.tenant,
    toStartOfDay(rows.hour, 'UTC') AS day,
    rows.workflow_id, rows.environment, rows.kind, rows.step_type, rows.step_name, rows.step_status,
    sum(rows.steps),
    sum(rows.durations),
    sum(rows.duration_ms_sum),
    max(rows.duration_ms_max),
    quantilesTimingMergeState(0.5, 0.75, 0.9, 0.95, 0.99)(rows.duration_bucket),
    max(rows.last_started_at),
    0
FROM step_hours AS rows FINAL
GROUP BY rows.tenant, day, rows.workflow_id, rows.environment, rows.kind, rows.step_type, rows.step_name, rows.step_status
SETTINGS max_bytes_before_external_group_by = 268435456
