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
}

/** Hours rebuilt in one go. */
const HOURS_MAX = 100

/**
 * Hours that are over and were marked since their last rebuild, oldest mark first. A mark counts as answered only by a rebuild
 * that began `settlingMs` after it: the row that a mark stands for may become visible later than the mark. Frozen hours are never among them.
 */
export async function readDirtyHours(client: ClickHouseClient, settlingMs: number): Promise<DirtyHour[]> {
  const result = await client.query({
    query: `SELECT tenant, toUInt32(hour) AS hour_s
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
  const rows = await result.json<{ tenant: string; hour_s: number }>()
  return rows.map(({ tenant, hour_s }) => ({ tenant, hour: hour_s }))
}

/**
 * The hour, and then the day that it lies in: an hour counts as rebuilt once its day does, too. Safe at any time and twice at once: the rebuild
 * that began last counts, and a later change marks the hour again.
 */
export async function rebuildHour(client: ClickHouseClient, { tenant, hour }: DirtyHour): Promise<void> {
  const began = await readClock(client)
  for (const query of [...ROLLUPS.map(rebuildSql), REBUILD_QUERIES]) {
    await client.command({
      query,
      query_params: { tenant, hour, generation: began },
      // Exact skip indexes: a version that moved out of the hour must still hide the one that lies in it.
      clickhouse_settings: { use_skip_indexes_if_final: 1, use_skip_indexes_if_final_exact_mode: 1 },
    })
  }
  await rebuildDay(client, { tenant, day: dayOf(hour) })
  const row = { tenant, hour, dirty_at: 0n, rebuilt_at: BigInt(began), frozen_at: 0n }
  await insertRows(client, { table: DIRTY_HOURS, rows: [encodeRow(DIRTY_HOURS, row)] })
}
