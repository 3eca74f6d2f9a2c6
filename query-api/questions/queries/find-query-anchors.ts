/** Where executions lie that may hold queries of a user: anchors of versions that started in some hours, whether or not another replaced them. */
import { BEFORE_READING } from '../find-candidates.ts'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { type Hour, type QueryFilter, STARTED_HOUR } from './query-filter.ts'

const HOUR_NS = 3_600_000_000_000n

/**
 * Without FINAL, so that the user is looked for first. All versions of an execution share their anchor, so that these are enough to merge by.
 * @param hours at least one, ascending
 */
export function findQueryAnchors(
  scope: Scope,
  { user }: QueryFilter,
  hours: readonly Hour[],
  limit: number,
): Question<{ anchor_us: string }> {
  const parameters = new Parameters()
  const at = (hour: Hour) => BigInt(hour) * 1_000_000_000n
  const rows = rowsOf('execution_versions', scope, parameters, [
    'is_deleted = 0',
    ...(user === null ? [] : [`user_id = ${parameters.bind('user_id', 'String', user)}`]),
    "(kind = 'query' OR query_count > 0)",
    `started_at >= ${parameters.bindTime('first_hour', at(hours[0]!))}`,
    `started_at < ${parameters.bindTime('last_hour', at(hours.at(-1)!) + HOUR_NS)}`,
    `${STARTED_HOUR} IN ${parameters.bind('read_hours', 'Array(UInt32)', hours)}`,
  ])
  const sql = `SELECT DISTINCT toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us
${rows}
LIMIT ${parameters.bind('limit', 'UInt32', limit)}
SETTINGS ${BEFORE_READING}`
  return { name: 'find-query-anchors', sql, params: parameters.values }
}
