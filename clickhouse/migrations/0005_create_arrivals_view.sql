-- Every inserted span. The clock is this server's and is read once for each inserted block, so the tail of the log is where new
-- rows appear, give or take the duration of an insert, and a block is known by its time.
CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_from_spans TO arrivals AS
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
FROM spans
