/** Queries out of executions that started in some hours, newest first. */
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { inRawHours } from '../raw-hours.ts'
import { QUERY_COLUMNS, type QueryColumns } from './query-columns.ts'
import { type Hour, type QueryFilter, queryConditions, shownQueryStatus } from './query-filter.ts'

export interface ListedQuery extends QueryColumns {
  instance: string
  conversation_id: string
}

/** The query that a page follows. */
export interface QueryPosition {
  started_ns: string
  id: string
  instance: string
}

export interface QueriesOf {
  /** Where their executions lie: the hours in which they started, ascending, or anchors in microseconds. */
  within: { hours: readonly Hour[] } | { anchors: readonly string[] }
  /** Only queries of this hour and later; null: all. */
  fromHour: Hour | null
  /** Only queries before this hour; null: all. */
  beforeHour: Hour | null
  after: QueryPosition | null
}

export function listQueries(scope: Scope, filter: QueryFilter, of: QueriesOf, limit: number): Question<ListedQuery> {
  const parameters = new Parameters()
  const conditions = [
    ...('hours' in of.within
      ? inRawHours(of.within.hours, parameters, 'read_hours')
      : [`anchor_at IN ${parameters.bindAnchors('anchors', of.within.anchors)}`]),
    ...queryConditions(filter, parameters),
  ]
  if (of.fromHour !== null) {
    conditions.push(`query_started_at >= ${parameters.bindTime('from_hour', BigInt(of.fromHour) * 1_000_000_000n)}`)
  }
  if (of.beforeHour !== null) {
    conditions.push(`query_started_at < ${parameters.bindTime('before_hour', BigInt(of.beforeHour) * 1_000_000_000n)}`)
  }
  if (of.after) {
    const time = parameters.bindTime('after_time', BigInt(of.after.started_ns))
    const id = parameters.bind('after_id', 'String', of.after.id)
    const instance = parameters.bind('after_instance', 'String', of.after.instance)
    conditions.push(
      `query_started_at <= ${time}`,
      `(query_started_at < ${time} OR (query_id, toString(instance)) < (${id}, ${instance}))`,
    )
  }
  const sql = `SELECT
  ${QUERY_COLUMNS.join(',\n  ')},
  instance,
  conversation_id,
  ${shownQueryStatus(parameters, filter.silence)} AS shown
${rowsOf('execution_queries', scope, parameters, conditions)}
ORDER BY query_started_at DESC, id DESC, instance DESC
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: 'list-queries', sql, params: parameters.values }
}
