/** Versions of executions that match a filter, in the order of a page, whether or not another version replaced them. */
import { type ExecutionFilter, filterConditions } from './execution-filter.ts'
import { behind, orderBy, type PageOrder, type Position, sortValue } from './page-order.ts'
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'

export interface Candidate {
  /** Microseconds. */
  anchor_us: string
  execution_id: string
  instance: string
  sort_value: string | null
}

export interface CandidateSearch extends PageOrder {
  /** The position that the page follows; null for the first page. */
  after: Position | null
  /** Only versions whose sort time is at least this, nanoseconds; null: all. The widening window. */
  windowFromNs: bigint | null
  limit: number
}

/**
 * Read without FINAL, so that filters are applied before the other columns are read. The newest version of every execution that
 * matches is among the versions that match: what is missing here is missing in the list.
 */
export function findCandidates(scope: Scope, filter: ExecutionFilter, search: CandidateSearch): Question<Candidate> {
  const parameters = new Parameters()
  const { sort, after, windowFromNs } = search
  const conditions = ['is_deleted = 0', ...filterConditions(filter, parameters)]
  if (windowFromNs !== null) conditions.push(`${sort} >= ${parameters.bindTime('window_from', windowFromNs)}`)
  if (after) conditions.push(...behind(search, after, 'after', parameters))
  const sql = `SELECT
  toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us,
  execution_id,
  instance,
  ${sortValue(search)}
${rowsOf('execution_versions', scope, parameters, conditions)}
${orderBy(search)}
LIMIT ${parameters.bind('limit', 'UInt32', search.limit)}`
  return { name: 'find-candidates', sql, params: parameters.values }
}

/** Anchors of versions that match, in no order. */
export function findAnchors(scope: Scope, filter: ExecutionFilter, limit: number): Question<{ anchor_us: string }> {
  const parameters = new Parameters()
  const conditions = ['is_deleted = 0', ...filterConditions(filter, parameters)]
  const sql = `SELECT toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us
${rowsOf('execution_versions', scope, parameters, conditions)}
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: 'find-anchors', sql, params: parameters.values }
}
