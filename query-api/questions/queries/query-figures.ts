/** Counts, times and rows of queries, by status and on wish by type of database: from the rollup where that is true, else from rows. */
import { QUERY_MS, QUERY_ROWS } from '@runlens/clickhouse'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { inRawHours } from '../raw-hours.ts'
import { FINAL, OPEN } from '../status.ts'
import {
  type Hour,
  QUERY_HOUR,
  type QueryFilter,
  queryConditions,
  rollupRows,
  STARTED_HOUR,
  shownQueryStatus,
} from './query-filter.ts'

export interface QueryFigures {
  /** '' unless asked for. */
  database_type: string
  shown: string
  queries: string | number
  /** How many of them are over and have a duration. */
  timed: string | number
  duration_total: number
  duration_most: number
  handled: string | number
}

/** How the figures are read; ascending. */
export interface QueryPlan {
  /** Of executions whose rollup is not rebuilt yet. */
  dirtyHours: readonly Hour[]
  /** Of queries, cut by an edge of the range. */
  cutHours: readonly Hour[]
  /** Of executions that may hold queries of cut hours, or open ones. */
  otherHours: readonly Hour[]
}

export function queryFigures(
  scope: Scope,
  filter: QueryFilter,
  plan: QueryPlan,
  by: 'all' | 'database_type',
): Question<QueryFigures> {
  const parameters = new Parameters()
  const parts = [rollupPart(scope, filter, plan, by, parameters)]
  if (plan.dirtyHours.length + plan.otherHours.length > 0) parts.push(rawPart(scope, filter, plan, by, parameters))
  const sql = `SELECT
  type AS database_type,
  shown,
  sum(n) AS queries,
  sum(with_time) AS timed,
  sum(ms) AS duration_total,
  max(most) AS duration_most,
  sum(row_sum) AS handled
FROM (
${indent(parts.join('\nUNION ALL\n'))}
)
GROUP BY type, shown
ORDER BY type, shown`
  return { name: `query-figures-${by.replace('_', '-')}`, sql, params: parameters.values }
}

function rollupPart(
  scope: Scope,
  filter: QueryFilter,
  plan: QueryPlan,
  by: 'all' | 'database_type',
  parameters: Parameters,
): string {
  const cut = parameters.bind('cut_hours', 'Array(UInt32)', plan.cutHours)
  const rows = rollupRows(scope, filter, plan.dirtyHours, parameters, [
    `status IN ${FINAL}`,
    `toUnixTimestamp(query_hours.hour) NOT IN ${cut}`,
  ])
  return `SELECT
  ${by === 'all' ? "''" : 'toString(database_type)'} AS type,
  toString(status) AS shown,
  sum(queries) AS n,
  sum(durations) AS with_time,
  sum(duration_ms_sum) AS ms,
  max(duration_ms_max) AS most,
  sum(rows_sum) AS row_sum
${rows}
GROUP BY type, shown`
}

function rawPart(
  scope: Scope,
  filter: QueryFilter,
  plan: QueryPlan,
  by: 'all' | 'database_type',
  parameters: Parameters,
): string {
  const hours = [...new Set([...plan.dirtyHours, ...plan.otherHours])].sort((a, b) => a - b)
  const dirty = parameters.bind('raw_hours', 'Array(UInt32)', plan.dirtyHours)
  const cut = parameters.bind('cut_hours', 'Array(UInt32)', plan.cutHours)
  const rows = rowsOf('execution_queries', scope, parameters, [
    ...inRawHours(hours, parameters, 'read_hours'),
    ...queryConditions(filter, parameters),
    `(${STARTED_HOUR} IN ${dirty} OR ${QUERY_HOUR} IN ${cut} OR query_status IN ${OPEN})`,
  ])
  const timed = `query_status IN ${FINAL} AND isNotNull(${QUERY_MS})`
  return `SELECT
  ${by === 'all' ? "''" : 'toString(query_type)'} AS type,
  ${shownQueryStatus(parameters, filter.silence)} AS shown,
  count() AS n,
  countIf(${timed}) AS with_time,
  sumIf(assumeNotNull(${QUERY_MS}), ${timed}) AS ms,
  maxIf(assumeNotNull(${QUERY_MS}), ${timed}) AS most,
  sum(ifNull(${QUERY_ROWS}, 0)) AS row_sum
${rows}
GROUP BY type, shown`
}
