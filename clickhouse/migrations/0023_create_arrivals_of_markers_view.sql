-- Every inserted marker: what it tells may change an execution as a span does.
CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_from_markers TO arrivals AS
SELECT
    now64(6) AS arrived_at,
    tenant,
    trace_id,
    span_id,
    parent_span_id,
    received_at,
    name,
    kind,
    started_at,
    ended_at,
    status_code,
    service,
    role,
    status,
    labels_json,
    fields_json,
    if(role >= 'candidate', attribute_values, '') AS attribute_values
FROM markers
