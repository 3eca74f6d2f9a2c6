/** Rollups brought up to date, as the worker does it, without waiting for hours to be over. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import { rebuildHour } from '../../worker/rollup/rebuild-hours.ts'

/** Every hour that changed since its last rebuild. */
export async function rebuildDirtyHours(client: ClickHouseClient): Promise<void> {
  const hours = await client.query({
    query: `SELECT tenant, toUInt32(hour) AS hour_s FROM dirty_hours GROUP BY tenant, hour HAVING max(dirty_at) >= max(rebuilt_at)`,
    format: 'JSONEachRow',
  })
  for (const { tenant, hour_s } of await hours.json<{ tenant: string; hour_s: number }>()) {
    await rebuildHour(client, { tenant, hour: hour_s })
  }
}
