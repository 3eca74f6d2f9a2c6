/** Failures of a range by what broke: by fingerprint, else by type. */
import { FAILURE_STATUSES } from '@runlens/conventions'
import { type FiguresFilter, scopeConditions } from '../figures.ts'
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { statusConditions } from '../status.ts'

export interface ErrorGroupRow {
  fingerprint: string
  last_type: string
  last_class: string
  n: string | number
  first_ns: string
  last_ns: string
  workflows: string | number
  users: string | number
  last_id: string
  last_message: string
}

/** Always from the executions: rollups know nothing of errors. */
export function errorGroups(scope: Scope, filter: FiguresFilter, limit: number): Question<ErrorGroupRow> {
  const parameters = new Parameters()
  const rows = rowsOf('executions', scope, parameters, [
    `started_at >= ${parameters.bindTime('from', filter.range.from)}`,
    `started_at < ${parameters.bindTime('to', filter.range.to)}`,
    ...scopeConditions(filter, parameters),
    ...statusConditions(FAILURE_STATUSES, parameters, filter.silence),
  ])
  const ofLast = (column: string) => `argMax(${column}, (started_at, execution_id))`
  const sql = `SELECT
  if(error_fingerprint = '', toString(error_type), error_fingerprint) AS fingerprint,
  ${ofLast('error_type')} AS last_type,
  ${ofLast('error_class')} AS last_class,
  count() AS n,
  ${nanoseconds('min(started_at)')} AS first_ns,
  ${nanoseconds('max(started_at)')} AS last_ns,
  uniqExact(workflow_id) AS workflows,
  uniqExactIf(user_id, user_id != '') AS users,
  ${ofLast('execution_id')} AS last_id,
  ${ofLast('error_message')} AS last_message
${rows}
GROUP BY fingerprint
ORDER BY n DESC, last_ns DESC, fingerprint
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: 'error-groups', sql, params: parameters.values }
}
