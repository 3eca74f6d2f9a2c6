/** How many executions a filter matches, up to a bound, and how many of all of them are open. */
import { type ExecutionFilter, filterConditions } from './execution-filter.ts'
import { matchingExecutions } from './matching-executions.ts'
import { indent, Parameters, type Question, type Scope } from './question.ts'
import { OPEN, shownStatus } from './status.ts'

export interface ExecutionCount {
  n: string | number
}

/** Counted to this and not on: merging tens of millions of rows for a figure that nobody reads to the last digit would take seconds. */
export const COUNTED_MAX = 10_000

/** One more than {@link COUNTED_MAX} stands for any number beyond. */
export function countExecutions(scope: Scope, filter: ExecutionFilter): Question<ExecutionCount> {
  const parameters = new Parameters()
  const rows = matchingExecutions(scope, parameters, filterConditions(filter, parameters))
  const sql = `SELECT count() AS n\nFROM (\n${indent(`SELECT 1\n${rows}\nLIMIT ${COUNTED_MAX + 1}`)}\n)`
  return { name: 'count-executions', sql, params: parameters.values }
}

export function countOpen(scope: Scope, filter: ExecutionFilter): Question<ExecutionCount> {
  const parameters = new Parameters()
  const isOpen = `${shownStatus(parameters, filter.lostBeforeNs)} IN ${OPEN}`
  const rows = matchingExecutions(scope, parameters, [...filterConditions(filter, parameters), isOpen])
  return { name: 'count-open', sql: `SELECT count() AS n\n${rows}`, params: parameters.values }
}
