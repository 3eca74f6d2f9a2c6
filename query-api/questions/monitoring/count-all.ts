/** How many executions a filter matches, every one of them. */
import type { ExecutionCount } from '../count-executions.ts'
import { type ExecutionFilter, filterConditions } from '../execution-filter.ts'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export function countAll(scope: Scope, filter: ExecutionFilter): Question<ExecutionCount> {
  const parameters = new Parameters()
  const rows = rowsOf('executions', scope, parameters, filterConditions(filter, parameters))
  return { name: 'count-all', sql: `SELECT count() AS n\n${rows}`, params: parameters.values }
}
