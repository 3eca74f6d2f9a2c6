/** How many executions a filter matches, up to a bound, and how many of all of them are open. */
import { type ExecutionFilter, filterConditions, isSearchedFor } from './execution-filter.ts'
import { AT_ANCHORS, behind, type PageOrder, type Position } from './page-order.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { OPEN, shownStatus } from './status.ts'

export interface ExecutionCount {
  n: string | number
}

/** A second thread would be one that the rows of the page lack meanwhile, and a tenth more CPU. */
const BESIDE_ROWS = 'max_threads = 1'

/** Counted to this and not on: merging tens of millions of rows for a figure that nobody reads to the last digit would take seconds. */
const COUNTED_MAX = 10_000
/** The same of what no index leads to: before the ten thousandth text that matches, three million others were read. */
const COUNTED_BY_SEARCH_MAX = 1_000

/** To how many the executions of a filter are counted. */
export function countedMax(filter: ExecutionFilter): number {
  return isSearchedFor(filter) ? COUNTED_BY_SEARCH_MAX : COUNTED_MAX
}

/** Where to count: nothing in the answer, but in what is read. */
export interface CountWithin {
  /** Only executions that started at this or later, nanoseconds. */
  startedFromNs?: bigint
  /** Only executions with one of these anchors, microseconds. */
  anchors?: readonly string[]
  /** Only those behind a position in an order. */
  behind?: { order: PageOrder; at: Position }
}

/** One more than {@link countedMax} stands for any number beyond. */
export function countExecutions(
  scope: Scope,
  filter: ExecutionFilter,
  { startedFromNs, anchors, behind: place }: CountWithin = {},
): Question<ExecutionCount> {
  const parameters = new Parameters()
  const conditions = filterConditions(filter, parameters)
  if (startedFromNs !== undefined) conditions.push(`started_at >= ${parameters.bindTime('window_from', startedFromNs)}`)
  if (anchors) conditions.push(`anchor_at IN ${parameters.bindAnchors('anchors', anchors)}`)
  if (place) conditions.push(...behind(place.order, place.at, 'after', parameters))
  const rows = rowsOf('executions', scope, parameters, conditions)
  const counted = `SELECT count() AS n\nFROM (\n${indent(`SELECT 1\n${rows}\nLIMIT ${countedMax(filter) + 1}`)}\n)`
  const sql = anchors ? `${counted}\n${AT_ANCHORS}, ${BESIDE_ROWS}` : counted
  return { name: 'count-executions', sql, params: parameters.values }
}

/** @param within the only anchors where there may be any, and behind which position; else anywhere */
export function countOpen(
  scope: Scope,
  filter: ExecutionFilter,
  { anchors, behind: place }: Omit<CountWithin, 'startedFromNs'> = {},
): Question<ExecutionCount> {
  const parameters = new Parameters()
  const rows = rowsOf('executions', scope, parameters, [
    ...(anchors ? [`anchor_at IN ${parameters.bindAnchors('anchors', anchors)}`] : []),
    ...filterConditions(filter, parameters),
    ...(place ? behind(place.order, place.at, 'after', parameters) : []),
    // The index is about the stored status.
    `status IN ${OPEN}`,
    `${shownStatus(parameters, filter.silence)} IN ${OPEN}`,
  ])
  return { name: 'count-open', sql: `SELECT count() AS n\n${rows}`, params: parameters.values }
}
