/** Rebuilds the rollups of hours whose executions changed: whole, from `executions`, never by adding. */
import { type ClickHouseClient, DIRTY_HOURS, encodeRow, insertRows, NOT_FROZEN } from '@runlens/clickhouse'
import { REBUILD_QUERIES } from './query-hours.ts'
import { dayOf, readClock, rebuildDay } from './rebuild-days.ts'
import { rebuildSql } from './rebuild-sql.ts'
import { ROLLUPS } from './rollups.ts'

export interface DirtyHour {
  tenant: string
  /** Seconds since the epoch. */
  hour: number
  /** Rebuilt since its last mark, and only due once more; default false: answers don't read its rollups. */
  isRight?: boolean
}

/** Hours rebuilt in one go. */
const HOURS_MAX = 100

/**
 * Hours that are over and were marked since their last rebuild, oldest mark first. A mark counts as answered only by a rebuild
 * that began `settlingMs` after it: the row that a mark stands for may become visible later than the mark. Frozen hours are never among them.
 */
export async function readDirtyHours(client: ClickHouseClient, settlingMs: number): Promise<DirtyHour[]> {
  const result = await client.query({
    query: `SELECT tenant, toUInt32(hour) AS hour_s, max(rebuilt_at) > max(dirty_at) AS is_right
FROM dirty_hours
GROUP BY tenant, hour
HAVING max(dirty_at) + toIntervalMillisecond({settlingMs:UInt32}) > max(rebuilt_at)
  AND (max(rebuilt_at) < max(dirty_at) OR max(dirty_at) + toIntervalMillisecond({settlingMs:UInt32}) < now64(6))
  AND ${NOT_FROZEN}
  AND hour + INTERVAL 1 HOUR <= now()
ORDER BY max(dirty_at)
LIMIT ${HOURS_MAX}`,
    query_params: { settlingMs },
    format: 'JSONEachRow',
  })
  const rows = await result.json<{ tenant: string; hour_s: number; is_right: number }>()
  return rows.map(({ tenant, hour_s, is_right }) => ({ tenant, hour: hour_s, isRight: is_right === 1 }))
}

/**
 * Hours, and once for all of a day that day. Answers leave out a day of which any hour is dirty: one that is counts as rebuilt only once the day
 * does. Safe at any time, broken off anywhere, and twice at once: the rebuild that began last counts, and a later change marks the hour again. Two at
 * once over hours of one day may leave it without the hours of the first until the first ends.
 * Tells after each hour how many seconds it took.
 */
export async function* rebuildHours(client: ClickHouseClient, hours: readonly DirtyHour[]): AsyncGenerator<number> {
  for (const ofDay of byDay(hours)) {
    const last = ofDay.at(-1)!
    for (const hour of ofDay) {
      const began = performance.now()
      const rebuilt_at = await rebuildRollups(client, hour)
      if (hour === last) await rebuildDay(client, { tenant: hour.tenant, day: dayOf(hour.hour) })
      const row = { tenant: hour.tenant, hour: hour.hour, dirty_at: 0n, rebuilt_at, frozen_at: 0n }
      await insertRows(client, { table: DIRTY_HOURS, rows: [encodeRow(DIRTY_HOURS, row)] })
      yield (performance.now() - began) / 1000
    }
  }
}

/** One, as {@link rebuildHours}. */
export async function rebuildHour(client: ClickHouseClient, hour: DirtyHour): Promise<void> {
  for await (const _ of rebuildHours(client, [hour]));
}

/** When it began, microseconds. */
async function rebuildRollups(client: ClickHouseClient, { tenant, hour }: DirtyHour): Promise<bigint> {
  const began = await readClock(client)
  for (const query of [...ROLLUPS.map(rebuildSql), REBUILD_QUERIES]) {
    await client.command({
      query,
      query_params: { tenant, hour, generation: began },
      // Exact skip indexes: a version that moved out of the hour must still hide the one that lies in it.
      clickhouse_settings: { use_skip_indexes_if_final: 1, use_skip_indexes_if_final_exact_mode: 1 },
    })
  }
  return BigInt(began)
}

/** Days in the order of their first hours; of each first the hours that are right, so that one that is not stays dirty until the day is rebuilt. */
function byDay(hours: readonly DirtyHour[]): DirtyHour[][] {
  const days = new Map<string, DirtyHour[]>()
  for (const one of hours) {
    const key = `${dayOf(one.hour)} ${one.tenant}`
    const ofDay = days.get(key)
    if (ofDay) ofDay.push(one)
    else days.set(key, [one])
  }
  const isDirty = ({ isRight = false }: DirtyHour) => Number(!isRight)
  return [...days.values()].map((ofDay) => ofDay.sort((a, b) => isDirty(a) - isDirty(b)))
}
