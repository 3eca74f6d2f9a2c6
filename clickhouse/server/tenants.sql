-- For a ClickHouse server of your own: users that ClickHouse itself holds to one tenant, and one for the query API that can write
-- nothing but its own small tables. docs/howto/tenants.md says how to use it. Names: acme is the tenant, runlens the database.

-- A person or program that reads the rows of acme with SQL. Hashes of keys are nobody's business.
CREATE USER IF NOT EXISTS acme_reader IDENTIFIED WITH sha256_password BY 'CHANGE_ME' SETTINGS readonly = 2;
GRANT SELECT ON runlens.* TO acme_reader;
REVOKE SELECT ON runlens.api_keys FROM acme_reader;
REVOKE SELECT ON runlens.worker_leases FROM acme_reader;
REVOKE SELECT ON runlens.worker_status FROM acme_reader;

CREATE ROW POLICY IF NOT EXISTS acme ON
    runlens.arrivals,
    runlens.dirty_hours,
    runlens.erased_keys,
    runlens.erasures,
    runlens.error_days,
    runlens.error_hours,
    runlens.error_states,
    runlens.execution_changes,
    runlens.execution_days,
    runlens.execution_hours,
    runlens.execution_hours_total,
    runlens.execution_locator,
    runlens.execution_minutes,
    runlens.execution_patterns,
    runlens.execution_terms,
    runlens.executions,
    runlens.logs,
    runlens.markers,
    runlens.metric_points,
    runlens.query_hours,
    runlens.retention_rules,
    runlens.retention_runs,
    runlens.saved_views,
    runlens.spans,
    runlens.step_days,
    runlens.step_hours,
    runlens.sync_jobs,
    runlens.trace_executions,
    runlens.traces
    FOR SELECT USING tenant = 'acme' TO acme_reader;

-- RUNLENS_CLICKHOUSE_URL of the query API may name this one.
CREATE USER IF NOT EXISTS runlens_api IDENTIFIED WITH sha256_password BY 'CHANGE_ME';
GRANT SELECT ON runlens.* TO runlens_api;
GRANT INSERT ON runlens.api_keys TO runlens_api;
GRANT INSERT ON runlens.error_states TO runlens_api;
GRANT INSERT ON runlens.erasures TO runlens_api;
GRANT INSERT ON runlens.retention_rules TO runlens_api;
GRANT INSERT ON runlens.retention_runs TO runlens_api;
GRANT INSERT ON runlens.saved_views TO runlens_api;
GRANT INSERT ON runlens.sync_jobs TO runlens_api;

-- Where a table has a policy, others may be taken to see nothing: Runlens itself sees all.
CREATE ROW POLICY IF NOT EXISTS runlens_all ON runlens.* FOR SELECT USING 1 TO runlens, runlens_api;
