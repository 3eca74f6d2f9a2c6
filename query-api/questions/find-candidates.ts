/** Versions of executions that match a filter, in the order of a page, whether or not another version replaced them. */
import { type ExecutionFilter, filterConditions, isSelective } from './execution-filter.ts'
import { behind, orderBy, type PageOrder, type Position, sortValue } from './page-order.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { OPEN } from './status.ts'

export interface Candidate {
  /** Microseconds. */
  anchor_us: string
  execution_id: string
  instance: string
  sort_value: string | null
  /** Whether this version is queued, running or waiting, or was when it was written; where it was asked for. */
  is_open?: number
}

export interface CandidateSearch extends PageOrder {
  /** The position that the page follows; null for the first page. */
  after: Position | null
  /** Only versions whose sort time is at least this, nanoseconds; null: all. The widening window. */
  windowFromNs: bigint | null
  limit: number
  /** Whether few match, whatever is asked for: so the filter itself says by default, unless it is about durations. */
  isFew?: boolean
  /** Whether to tell which are open: a column more. */
  isToldOpen?: boolean
}

/**
 * Indexes are looked at before reading: beside it, as is the default, hundreds of scattered granules cost a fifth more CPU (26.7). What the
 * n-th best may still be is only worth following where much matches: of few it makes the filter read every column first, up to six times the CPU.
 */
export const BEFORE_READING = 'use_skip_indexes_on_data_read = 0'
const OF_FEW = 'use_top_k_dynamic_filtering = 0, query_plan_optimize_lazy_materialization = 0'

/**
 * Read without FINAL, so that filters are applied before the other columns are read. The newest version of every execution that
 * matches is among the versions that match: what is missing here is missing in the list.
 */
export function findCandidates(scope: Scope, filter: ExecutionFilter, search: CandidateSearch): Question<Candidate> {
  const parameters = new Parameters()
  const { sort, after, windowFromNs, isFew = isSelective(filter) && sort !== 'duration_ms' } = search
  const conditions = ['is_deleted = 0', ...filterConditions(filter, parameters)]
  if (windowFromNs !== null) conditions.push(`${sort} >= ${parameters.bindTime('window_from', windowFromNs)}`)
  if (after) conditions.push(...behind(search, after, 'after', parameters))
  const sql = `SELECT
  ${candidateColumns(search, search.isToldOpen)}
${rowsOf('execution_versions', scope, parameters, conditions)}
${orderBy(search)}
LIMIT ${parameters.bind('limit', 'UInt32', search.limit)}
SETTINGS ${isFew ? `${BEFORE_READING}, ${OF_FEW}` : BEFORE_READING}`
  return { name: 'find-candidates', sql, params: parameters.values }
}

/**
 * The same, if fewer than `limit` match; else any of them, found as soon as so many are. In order, but without an order to read by: where an index
 * leads to what matches, nothing has to be bounded first.
 */
export function findAll(scope: Scope, filter: ExecutionFilter, order: PageOrder, limit: number): Question<Candidate> {
  const parameters = new Parameters()
  const conditions = ['is_deleted = 0', ...filterConditions(filter, parameters)]
  const inner = `SELECT anchor_at, execution_id, instance, ${order.sort}, status
${rowsOf('execution_versions', scope, parameters, conditions)}
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  const sql = `SELECT
  ${candidateColumns(order, true)}
FROM
(
${indent(inner)}
)
${orderBy(order)}
SETTINGS ${BEFORE_READING}`
  return { name: 'find-all', sql, params: parameters.values }
}

function candidateColumns(order: PageOrder, isToldOpen = false): string {
  const columns = [
    'toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us',
    'execution_id',
    'instance',
    sortValue(order),
  ]
  if (isToldOpen) columns.push(`status IN ${OPEN} AS is_open`)
  return columns.join(',\n  ')
}

/** How many versions of executions there are at some anchors, deleted ones too: reads nothing but the key. */
export function countVersions(scope: Scope, anchors: readonly string[]): Question<{ n: string | number }> {
  const parameters = new Parameters()
  const rows = rowsOf('execution_versions', scope, parameters, [
    `anchor_at IN ${parameters.bindAnchors('anchors', anchors)}`,
  ])
  return { name: 'count-versions', sql: `SELECT count() AS n\n${rows}`, params: parameters.values }
}

/** Anchors of versions, each once. */
export function anchorsOf(versions: readonly Pick<Candidate, 'anchor_us'>[]): string[] {
  return [...new Set(versions.map(({ anchor_us }) => anchor_us))]
}

/** Anchors of versions that match, in no order. */
export function findAnchors(scope: Scope, filter: ExecutionFilter, limit: number): Question<{ anchor_us: string }> {
  const parameters = new Parameters()
  const conditions = ['is_deleted = 0', ...filterConditions(filter, parameters)]
  const sql = `SELECT toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us
${rowsOf('execution_versions', scope, parameters, conditions)}
LIMIT ${parameters.bind('limit', 'UInt32', limit)}
SETTINGS ${BEFORE_READING}`
  return { name: 'find-anchors', sql, params: parameters.values }
}
