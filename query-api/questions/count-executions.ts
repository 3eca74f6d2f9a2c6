/** How many executions a filter matches, and how many of them are open. */
import { type ExecutionFilter, filterConditions } from './execution-filter.ts'
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { OPEN, shownStatus } from './status.ts'

export interface ExecutionCount {
  total: string | number
  running: string | number
}

export function countExecutions(scope: Scope, filter: ExecutionFilter): Question<ExecutionCount> {
  const parameters = new Parameters()
  const conditions = filterConditions(scope, filter, parameters)
  const running = `countIf(${shownStatus(parameters, filter.lostBeforeNs)} IN ${OPEN})`
  const sql = `SELECT\n  count() AS total,\n  ${running} AS running\n${rowsOf('executions', scope, parameters, conditions)}`
  return { name: 'count-executions', sql, params: parameters.values }
}
