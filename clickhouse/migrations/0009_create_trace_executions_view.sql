-- Turns the locator round. The worker trusts this side: a pair that is missing here is written to the locator again.
CREATE MATERIALIZED VIEW IF NOT EXISTS trace_executions_from_locator TO trace_executions AS
SELECT tenant, trace_id, execution_id, instance
FROM execution_locator
