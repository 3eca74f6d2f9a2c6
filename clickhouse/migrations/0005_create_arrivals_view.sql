-- One arrival per trace and inserted block. The clock is this server's and is read when the block is inserted, so the tail of
-- the log is where new rows appear, give or take the duration of an insert.
CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_from_spans TO arrivals AS
SELECT
    now64(6) AS arrived_at,
    tenant,
    trace_id,
    toUInt32(count()) AS spans,
    min(started_at) AS first_started_at,
    max(started_at) AS last_started_at,
    groupUniqArray(toString(service)) AS services
FROM spans
GROUP BY tenant, trace_id
