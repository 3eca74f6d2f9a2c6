/** In which hours queries that match may lie, newest first: what a page reads, and no more. */

import { OPEN_STATUSES } from '@runlens/conventions'
import { Parameters, type Question, type Scope } from '../question.ts'
import { type Hour, type QueryFilter, rollupRows } from './query-filter.ts'

export interface QueryHour {
  /** Of queries, seconds since the epoch. */
  query_hour: Hour
  /** In which the executions that hold them started. */
  started: Hour
  queries: string | number
}

/** Counts are of all that match but for what only rows can tell: which open ones are lost, and what an edge of the range cuts off. */
export function findQueryHours(
  scope: Scope,
  filter: QueryFilter,
  dirtyHours: readonly Hour[],
  limit: number,
): Question<QueryHour> {
  const parameters = new Parameters()
  const conditions = filter.status
    ? [`status IN ${parameters.bind('stored_statuses', 'Array(String)', stored(filter.status))}`]
    : []
  const rows = rollupRows(scope, filter, dirtyHours, parameters, conditions)
  const sql = `SELECT
  toUnixTimestamp(query_hours.hour) AS query_hour,
  toUnixTimestamp(started_hour) AS started,
  sum(query_hours.queries) AS queries
${rows}
GROUP BY query_hour, started
ORDER BY query_hour DESC, started DESC
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: 'find-query-hours', sql, params: parameters.values }
}

/** A lost one is stored as open. */
function stored(shown: readonly string[]): readonly string[] {
  return shown.includes('lost') ? [...new Set([...shown, ...OPEN_STATUSES])] : shown
}
