/** What the last failure of each workflow was, once its time is known: a handful of rows instead of the texts of all failures. */
import { FAILURE_STATUSES } from '@runlens/conventions'
import { type FiguresFilter, scopeConditions } from '../figures.ts'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { BESIDE_STATUS_INDEX, statusConditions } from '../status.ts'

export interface FailureTime {
  workflow_id: string
  /** Nanoseconds; '' without a failure. */
  last_failure_ns: string
}

export interface LastFailure {
  failed_workflow: string
  /** '' unless asked for by environment. */
  failed_environment: string
  last_failed_id: string
  last_error_type: string
  last_error_message: string
}

/**
 * @param times at least one with a failure
 * @param by what they are the last of
 */
export function lastFailures(
  scope: Scope,
  filter: FiguresFilter,
  times: readonly FailureTime[],
  by: 'workflow' | 'workflow-environment' = 'workflow',
): Question<LastFailure> {
  const parameters = new Parameters()
  const failed = times.filter(({ last_failure_ns }) => last_failure_ns !== '')
  const ids = failed.map(({ workflow_id }) => workflow_id)
  const starts = [...new Set(failed.map(({ last_failure_ns }) => last_failure_ns))]
  const rows = rowsOf('executions', scope, parameters, [
    `started_at IN ${parameters.bindTimes('starts', starts)}`,
    `workflow_id IN ${parameters.bind('workflow_ids', 'Array(String)', ids)}`,
    ...scopeConditions(filter, parameters),
    ...statusConditions(FAILURE_STATUSES, parameters, filter.silence),
  ])
  const ofLast = (column: string) => `argMax(${column}, (started_at, execution_id))`
  const sql = `SELECT
  workflow_id AS failed_workflow,
  ${by === 'workflow' ? "''" : 'environment'} AS failed_environment,
  ${ofLast('execution_id')} AS last_failed_id,
  ${ofLast('error_type')} AS last_error_type,
  ${ofLast('error_message')} AS last_error_message
${rows}
GROUP BY workflow_id, failed_environment
${BESIDE_STATUS_INDEX}`
  return { name: 'last-failures', sql, params: parameters.values }
}
