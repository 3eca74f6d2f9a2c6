/** Takes figures that are older than their tenants keep them, by a rule of their own: for each month of a table one mutation at most. */
import { DAY_MS, RETENTION_DEFAULTS, type RetentionSettings } from '@runlens/clickhouse'
import { deleteRows, readPartitions, type Swept } from './mutate.ts'
import type { SweepOptions } from './sweep-raw.ts'

const ROLLUP_TABLES = [
  ['execution_minutes', 'minute'],
  ['execution_hours', 'hour'],
  ['execution_hours_total', 'hour'],
  ['step_hours', 'hour'],
  ['query_hours', 'hour'],
  ['error_hours', 'hour'],
  ['execution_days', 'day'],
  ['step_days', 'day'],
  ['error_days', 'day'],
  // Last: it tells which rows of `query_hours` count.
  ['dirty_hours', 'hour'],
] as const

const ROLLUP_DAYS = `transform(toString(tenant), {tenants:Array(String)}, {days:Array(UInt32)}, toUInt32(${RETENTION_DEFAULTS.rollup_days}))`

export async function* sweepRollups({ client, settings, tenant, nowMs }: SweepOptions): AsyncGenerator<Swept> {
  const own: [string, RetentionSettings][] = [...settings]
  const params = {
    ...(tenant === undefined ? {} : { tenant }),
    today: Math.floor(nowMs / DAY_MS) * DAY_MS,
    tenants: own.map(([name]) => name),
    days: own.map(([, one]) => one.rollup_days),
  }
  const days = [RETENTION_DEFAULTS.rollup_days, ...own.map(([, one]) => one.rollup_days)]
  for (const [table, time] of ROLLUP_TABLES) {
    // Whole days, so that a day and its hours go together.
    const where = `${tenant === undefined ? '1' : 'tenant = {tenant:String}'}
  AND toInt64(toUnixTimestamp(toStartOfDay(${time}, 'UTC'))) * 1000 < {today:Int64} - toInt64(${ROLLUP_DAYS}) * ${DAY_MS}`
    for (const partition of await readPartitions(client, table)) {
      if (isYoung(partition, Math.min(...days), nowMs)) continue
      yield* deleteRows(client, { table, partition, where, params })
    }
  }
}

/** Of a month, `202611`: whether it begins too late to have anything old in it. */
function isYoung(month: string, days: number, nowMs: number): boolean {
  if (!/^\d{6}$/.test(month)) return false
  return Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)) - 1) > nowMs - days * DAY_MS
}
