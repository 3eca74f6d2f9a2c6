/** Executions of one user, conversation or parent, out of the table that lies in order of them. */
import { type ExecutionFilter, INDIVIDUAL } from './execution-filter.ts'
import type { Candidate } from './find-candidates.ts'
import { orderBy, type PageOrder } from './page-order.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from './question.ts'

const STARTED_AT = 'addNanoseconds(toDateTime64(anchor_at, 9), started_offset_ns)'

/** What is looked for: a column of which every value that executions ever had stands in `execution_terms`. */
export interface Term {
  column: (typeof INDIVIDUAL)[number]
  value: string
}

/** The one term that the filter consists of, beside a range of starts; else null. Owners are not known of terms. */
export function onlyTerm(scope: Scope, filter: ExecutionFilter): Term | null {
  const { equal, status, kind, min_duration_ms: min, max_duration_ms: max, attributes, q, range } = filter
  const isAlone =
    status === null && kind === null && min === null && max === null && attributes.length === 0 && q === null
  if (scope.owner !== undefined || !isAlone || range.field !== 'started_at') return null
  const [first, ...others] = Object.entries(equal)
  if (!first || others.length > 0) return null
  const column = INDIVIDUAL.find((name) => name === first[0])
  return column && first[1] ? { column, value: first[1] } : null
}

/**
 * What versions of executions said, whether or not another version says otherwise by now: whoever asks checks what is found. If fewer than `limit` are
 * known, these are all; else any of them.
 */
export function findByTerm(
  scope: Scope,
  { column, value }: Term,
  { from, to }: ExecutionFilter['range'],
  order: PageOrder & { sort: 'started_at' },
  limit: number,
): Question<Candidate> {
  const parameters = new Parameters()
  const conditions = [
    `term = ${parameters.bind('term', 'String', column)}`,
    `value = ${parameters.bind('value', 'String', value)}`,
  ]
  if (from !== null) conditions.push(`${STARTED_AT} >= ${parameters.bindTime('from', from)}`)
  if (to !== null) conditions.push(`${STARTED_AT} < ${parameters.bindTime('to', to)}`)
  const rows = rowsOf('execution_terms', scope, parameters, conditions)
  const inner = `SELECT anchor_at, execution_id, instance, ${STARTED_AT} AS started_at, is_open
${rows}
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  const sql = `SELECT
  toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us,
  execution_id,
  instance,
  toString(toUnixTimestamp64Nano(started_at)) AS sort_value,
  is_open
FROM
(
${indent(inner)}
)
${orderBy(order)}`
  return { name: 'find-by-term', sql, params: parameters.values }
}
