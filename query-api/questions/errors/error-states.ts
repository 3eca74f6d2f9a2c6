/** What people said of errors: the last word of each group. */
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface ErrorStateRow {
  fingerprint: string
  state: 'open' | 'resolved' | 'ignored'
  set_ms: string
  set_by: string
  until_count: string | number
  until_rate: number
  count_before: string | number
}

/** Groups whose state is known; the oldest words beyond are forgotten, so these groups are open. */
export const STATES_MAX = 10_000

export function errorStates(scope: Scope): Question<ErrorStateRow> {
  const parameters = new Parameters()
  const rows = rowsOf('error_states', scope, parameters, [])
  const sql = `SELECT
  fingerprint,
  state,
  toString(toUnixTimestamp64Milli(set_at)) AS set_ms,
  set_by,
  until_count,
  until_rate,
  count_before
${rows}
ORDER BY set_at DESC, fingerprint
LIMIT ${parameters.bind('limit', 'UInt32', STATES_MAX)}`
  return { name: 'error-states', sql, params: parameters.values }
}
