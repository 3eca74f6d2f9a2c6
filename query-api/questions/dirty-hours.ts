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
  const sql = `SELECT toUnixTimestamp(dirty_hours.hour) AS hour\n${dirtyRows(scope, from, to, parameters)}\nORDER BY hour`
  return { name: 'dirty-hours', sql, params: parameters.values }
}

/** `FROM … HAVING …`: one row of `dirty_hours.hour` for each. */
export function dirtyRows(scope: Scope, from: bigint, to: bigint, parameters: Parameters): string {
  const firstHour = floorDiv(from, NS_PER_HOUR) * NS_PER_HOUR
  const rows = rowsOf('dirty_hours', scope, parameters, [
    `hour >= ${parameters.bindTime('from', firstHour)}`,
    `hour < ${parameters.bindTime('to', to)}`,
  ])
  return `${rows}\nGROUP BY dirty_hours.hour\nHAVING max(dirty_at) >= max(rebuilt_at) AND ${NOT_FROZEN}`
}
