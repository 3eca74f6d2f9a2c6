/** Hours of a range whose rollups no longer follow from their executions, because the worker has not rebuilt them yet. */
import { NOT_FROZEN } from '@runlens/clickhouse'
import { floorDiv, NS_PER_HOUR } from '../time.ts'
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'

export interface DirtyHourRow {
  /** Start, seconds since the epoch. */
  hour: number
}

/** @param from and `to`: half-open, nanoseconds */
export function dirtyHours(scope: Scope, from: bigint, to: bigint): Question<DirtyHourRow> {
  const parameters = new Parameters()
  const firstHour = floorDiv(from, NS_PER_HOUR) * NS_PER_HOUR
  const rows = rowsOf('dirty_hours', scope, parameters, [
    `hour >= ${parameters.bindTime('from', firstHour)}`,
    `hour < ${parameters.bindTime('to', to)}`,
  ])
  const sql = `SELECT toUnixTimestamp(dirty_hours.hour) AS hour
${rows}
GROUP BY dirty_hours.hour
HAVING max(dirty_at) >= max(rebuilt_at) AND ${NOT_FROZEN}
ORDER BY hour`
  return { name: 'dirty-hours', sql, params: parameters.values }
}
