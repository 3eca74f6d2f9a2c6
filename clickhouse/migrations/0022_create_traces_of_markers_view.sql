-- Where markers lie, too: a trace of which nothing has ended yet has markers only.
CREATE MATERIALIZED VIEW IF NOT EXISTS traces_from_markers TO traces AS
SELECT
    tenant,
    trace_id,
    min(started_at) AS first_started_at,
    max(started_at) AS last_started_at,
    groupUniqArray(toString(service)) AS services,
    count() AS spans,
    count() AS markers
FROM markers
GROUP BY tenant, trace_id
