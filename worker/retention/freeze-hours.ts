/** Makes the rollups of hours final before retention takes executions out of them: what is dirty is rebuilt one last time. */
import { type ClickHouseClient, DIRTY_HOURS, encodeRow, insertRows, NOT_FROZEN } from '@runlens/clickhouse'
import { type DirtyHour, rebuildHours } from '../rollup/rebuild-hours.ts'

/** @param hours of which executions are about to go */
export async function freezeHours(client: ClickHouseClient, hours: readonly DirtyHour[], nowMs: number): Promise<void> {
  if (hours.length === 0) return
  const waiting = await readWaiting(client, hours)
  for await (const _ of rebuildHours(client, waiting));
  const frozen_at = BigInt(Math.floor(nowMs)) * 1000n
  await insertRows(client, {
    table: DIRTY_HOURS,
    rows: hours.map((hour) => encodeRow(DIRTY_HOURS, { ...hour, dirty_at: 0n, rebuilt_at: 0n, frozen_at })),
  })
}

/** Those that were never built since their last mark, or never at all. */
async function readWaiting(client: ClickHouseClient, hours: readonly DirtyHour[]): Promise<DirtyHour[]> {
  const result = await client.query({
    query: `SELECT tenant, toUInt32(hour) AS hour_s
FROM dirty_hours
WHERE (tenant, toUnixTimestamp(hour)) IN arrayZip({tenants:Array(String)}, {hours:Array(UInt32)})
GROUP BY tenant, hour
HAVING max(dirty_at) >= max(rebuilt_at) AND ${NOT_FROZEN}
ORDER BY hour`,
    query_params: { tenants: hours.map(({ tenant }) => tenant), hours: hours.map(({ hour }) => hour) },
    format: 'JSONEachRow',
  })
  const rows = await result.json<{ tenant: string; hour_s: number }>()
  return rows.map(({ tenant, hour_s }) => ({ tenant, hour: hour_s }))
}
