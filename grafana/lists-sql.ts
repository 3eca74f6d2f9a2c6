/** Queries that list: the slowest and the failed executions, and the steps that fail. */
import { durationQuantilesSql, FAILURES, QUANTILE_LEVELS, STEP_SCALE } from '@runlens/clickhouse'
import { ENVIRONMENT, HOURS, KIND, STARTED_IN_RANGE, TENANT, WORKFLOW, where } from './conditions.ts'

/** Rows of a table, at most. */
export const ROWS_MAX = 50

const EXECUTIONS = where(TENANT, STARTED_IN_RANGE, KIND, ENVIRONMENT, WORKFLOW)
const WORKFLOW_NAME = "if(workflow_name = '', workflow_id, workflow_name) AS workflow"

export function slowestExecutions(): string {
  return `SELECT duration_ms, ${WORKFLOW_NAME}, toString(status) AS status, started_at, service, execution_id, instance
FROM executions FINAL
${EXECUTIONS}
  AND duration_ms IS NOT NULL
ORDER BY duration_ms DESC, started_at DESC
LIMIT ${ROWS_MAX}`
}

export function failedExecutions(): string {
  return `SELECT started_at, ${WORKFLOW_NAME}, toString(status) AS status, failed_step, error_type,
  substringUTF8(error_message, 1, 300) AS error, duration_ms, execution_id, instance
FROM executions FINAL
${EXECUTIONS}
  AND executions.status IN ${FAILURES}
ORDER BY started_at DESC, execution_id
LIMIT ${ROWS_MAX}`
}

/** Those that failed most first. */
export function failingSteps(): string {
  return `SELECT workflow_id AS workflow, step_name, step_type, sum(v_step_hours.steps) AS steps,
  sumIf(v_step_hours.steps, step_status IN ${FAILURES}) AS failures,
  100 * failures / steps AS failure_rate,
  ${durationQuantilesSql('duration_bucket', STEP_SCALE)}[${QUANTILE_LEVELS.indexOf(0.95) + 1}] AS p95
FROM v_step_hours
${where(TENANT, HOURS, KIND, ENVIRONMENT, WORKFLOW)}
GROUP BY workflow_id, step_name, step_type
HAVING failures > 0
ORDER BY failures DESC, steps DESC, workflow, step_name
LIMIT ${ROWS_MAX}`
}
