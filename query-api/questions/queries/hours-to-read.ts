/** Hours of executions that the rollup can't answer for: of queries in hours that an edge of the range cuts, and of open queries. */
import { Parameters, type Question, type Scope } from '../question.ts'
import { OPEN } from '../status.ts'
import { type Hour, type QueryFilter, rollupRows } from './query-filter.ts'

export interface HourToRead {
  /** In which executions started, seconds since the epoch. */
  started: Hour
}

/** @param dirtyHours those that are read anyway @param cutHours of queries */
export function hoursToRead(
  scope: Scope,
  filter: QueryFilter,
  dirtyHours: readonly Hour[],
  cutHours: readonly Hour[],
): Question<HourToRead> {
  const parameters = new Parameters()
  const cut = parameters.bind('cut_hours', 'Array(UInt32)', cutHours)
  const rows = rollupRows(scope, filter, dirtyHours, parameters, [
    `(status IN ${OPEN} OR toUnixTimestamp(query_hours.hour) IN ${cut})`,
  ])
  const sql = `SELECT DISTINCT toUnixTimestamp(started_hour) AS started\n${rows}\nORDER BY started`
  return { name: 'query-hours-to-read', sql, params: parameters.values }
}
