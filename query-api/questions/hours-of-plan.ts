/** What has to be known of the hours of a range before figures are read out of rollups. */
import { floorDiv, NS_PER_HOUR } from '../time.ts'
import { dirtyRows } from './dirty-hours.ts'
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { OPEN } from './status.ts'

export interface HourOfPlan {
  /** Start, seconds since the epoch. */
  hour: number
  /** 0: its rollups are not rebuilt yet; 1: they know of open executions. An hour may be both, in two rows. */
  is_open: number
}

/**
 * Both in one statement, as each costs the engine as much as what it reads.
 * @param from and `to`: half-open, nanoseconds
 */
export function hoursOfPlan(scope: Scope, from: bigint, to: bigint): Question<HourOfPlan> {
  const parameters = new Parameters()
  const dirty = `SELECT toUnixTimestamp(dirty_hours.hour) AS hour, 0 AS is_open\n${dirtyRows(scope, from, to, parameters)}`
  const open = rowsOf('execution_hours_total', scope, parameters, [
    `hour >= ${parameters.bindTime('from', floorDiv(from, NS_PER_HOUR) * NS_PER_HOUR)}`,
    `hour < ${parameters.bindTime('to', to)}`,
    `status IN ${OPEN}`,
    'executions > 0',
  ])
  const sql = `${dirty}
UNION ALL
SELECT toUnixTimestamp(execution_hours_total.hour) AS hour, 1 AS is_open
${open}
GROUP BY execution_hours_total.hour`
  return { name: 'hours-of-plan', sql, params: parameters.values }
}
