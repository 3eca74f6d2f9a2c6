/** When some groups of errors were seen first and last, over everything that is retained. */
import type { FiguresPlan } from '../figures.ts'
import { indent, nanoseconds, Parameters, type Question, type Scope } from '../question.ts'
import { type ErrorFilter, errorRows } from './error-rows.ts'

export interface ErrorEverRow {
  fingerprint: string
  executions: string | number
  first_ns: string
  last_ns: string
}

export function errorEver(scope: Scope, filter: ErrorFilter, plan: FiguresPlan): Question<ErrorEverRow> {
  const parameters = new Parameters()
  const rows = errorRows(scope, filter, plan, parameters, [])
  const sql = `SELECT
  fingerprint,
  sum(n) AS executions,
  ${nanoseconds('min(first_at)')} AS first_ns,
  ${nanoseconds('max(last_at)')} AS last_ns
FROM (
${indent(rows)}
)
GROUP BY fingerprint`
  return { name: `error-ever-${plan.source}`, sql, params: parameters.values }
}
