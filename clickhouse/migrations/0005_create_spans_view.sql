-- Every inserted span, as it rests.
CREATE MATERIALIZED VIEW IF NOT EXISTS spans_from_incoming TO spans AS
SELECT
    tenant,
    received_at,
    trace_id,
    span_id,
    parent_span_id,
    name,
    kind,
    started_at,
    ended_at,
    status_code,
    service,
    role,
    status,
    attributes_json,
    span_json,
    fields_json,
    events_json,
    links_json,
    scope_json,
    resource_json
FROM incoming_spans
