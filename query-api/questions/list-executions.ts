/** One page of the filtered list of executions: first the keys of the page, then the rows behind them. */
import { type ExecutionColumns, executionColumns } from './execution-columns.ts'
import { type ExecutionFilter, filterConditions } from './execution-filter.ts'
import { matchingExecutions } from './matching-executions.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { shownStatus } from './status.ts'

export interface ListedExecution extends ExecutionColumns {
  input_preview: string
  output_preview: string
  /** What the page is sorted by, exactly: nanoseconds or milliseconds as text. */
  sort_value: string | null
}

export interface Page {
  sort: 'started_at' | 'ended_at' | 'duration_ms'
  order: 'asc' | 'desc'
  /** The row that the page follows; null for the first page. */
  after: { value: string | null; execution_id: string; instance: string } | null
  /** Only rows whose sort time is at least this, nanoseconds; null: all. The widening window. */
  windowFromNs: bigint | null
  limit: number
}

/**
 * Executions in the order of the page. Sorting by a value that an execution lacks puts it last, in either order; equal values are
 * ordered by execution id and instance, which together are unique.
 */
export function listExecutions(scope: Scope, filter: ExecutionFilter, page: Page): Question<ListedExecution> {
  const parameters = new Parameters()
  const { sort, order, windowFromNs } = page
  const direction = order.toUpperCase()
  const orderBy = `ORDER BY ${sort} ${direction} NULLS LAST, execution_id ${direction}, instance ${direction}`
  const conditions = filterConditions(filter, parameters)
  if (windowFromNs !== null) conditions.push(`${sort} >= ${parameters.bindTime('window_from', windowFromNs)}`)
  if (page.after) conditions.push(...afterConditions(page, page.after, parameters))
  const limit = parameters.bind('limit', 'UInt32', page.limit)
  const keys = `SELECT anchor_at, execution_id, instance\n${matchingExecutions(scope, parameters, conditions)}\n${orderBy}\nLIMIT ${limit}`
  const columns = [
    ...executionColumns(shownStatus(parameters, filter.lostBeforeNs)),
    'substringUTF8(input, 1, 200) AS input_preview',
    'substringUTF8(output, 1, 200) AS output_preview',
    `${sort === 'duration_ms' ? 'toString(duration_ms)' : `toString(toUnixTimestamp64Nano(${sort}))`} AS sort_value`,
  ]
  const inPage = `(anchor_at, execution_id, instance) IN (\n${indent(keys)}\n  )`
  const sql = `SELECT\n  ${columns.join(',\n  ')}\n${rowsOf('executions', scope, parameters, [inPage])}\n${orderBy}`
  return { name: 'list-executions', sql, params: parameters.values }
}

/** Rows behind a position, in the page's order. The plain bound on the sort column lets ClickHouse skip what lies before. */
function afterConditions({ sort, order }: Page, after: NonNullable<Page['after']>, parameters: Parameters): string[] {
  const beyond = order === 'desc' ? '<' : '>'
  const id = parameters.bind('after_id', 'String', after.execution_id)
  const instance = parameters.bind('after_instance', 'String', after.instance)
  const identity = `(execution_id, instance) ${beyond} (${id}, ${instance})`
  if (after.value === null) return [`${sort} IS NULL`, identity]
  const value =
    sort === 'duration_ms'
      ? parameters.bind('after_value', 'Float64', Number(after.value))
      : parameters.bindTime('after_value', BigInt(after.value))
  const next = `(${sort} ${beyond} ${value} OR (${sort} = ${value} AND ${identity}))`
  return sort === 'started_at' ? [`${sort} ${beyond}= ${value}`, next] : [`(${next} OR ${sort} IS NULL)`]
}
