-- Keeps `traces` in step with every inserted block of spans. A resend changes nothing: minimum, maximum and set are idempotent.
CREATE MATERIALIZED VIEW IF NOT EXISTS traces_from_spans TO traces AS
SELECT
    tenant,
    trace_id,
    min(started_at) AS first_started_at,
    max(started_at) AS last_started_at,
    groupUniqArray(toString(service)) AS services,
    count() AS spans
FROM spans
GROUP BY tenant, trace_id
