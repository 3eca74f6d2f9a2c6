-- How long executions take, by hour, kind, environment and workflow, for SQL users, true at any moment: how many ended, and the percentiles of
-- their durations within 1.1 %. Durations are counted in buckets, each 1.022 times the one before, from 0.25 ms on.
CREATE VIEW IF NOT EXISTS v_execution_latency_distribution AS
SELECT
    tenant,
    toStartOfHour(minute, 'UTC') AS hour,
    kind,
    environment,
    workflow_id,
    sum(part.executions) AS executions,
    sum(part.durations) AS timed,
    if(timed = 0, NULL, sum(part.duration_ms_sum) / timed) AS avg_ms,
    arrayMap(bucket -> if(isNaN(bucket), NULL, if(bucket < 1, 0.125, 0.25 * pow(1.022, bucket - 0.5))),
        quantilesTimingMerge(0.5, 0.75, 0.9, 0.95, 0.99)(part.duration_bucket)) AS percentiles_ms,
    percentiles_ms[1] AS p50_ms,
    percentiles_ms[2] AS p75_ms,
    percentiles_ms[3] AS p90_ms,
    percentiles_ms[4] AS p95_ms,
    percentiles_ms[5] AS p99_ms,
    if(timed = 0, NULL, max(part.duration_ms_max)) AS max_ms
FROM v_execution_minutes AS part
WHERE part.status NOT IN ('queued', 'running', 'waiting')
GROUP BY tenant, hour, kind, environment, workflow_id
