/** Rollups as the worker builds them, for tests that store executions without one. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import { rebuildHour } from '../../worker/rollup/rebuild-hours.ts'

/** Rebuilds every hour that is marked as dirty and over by `nowMs`. */
export async function rebuildHours(client: ClickHouseClient, nowMs: number): Promise<void> {
  const result = await client.query({
    query: `SELECT tenant, toUInt32(hour) AS hour_s FROM dirty_hours GROUP BY tenant, hour
HAVING max(dirty_at) >= max(rebuilt_at) AND hour + INTERVAL 1 HOUR <= fromUnixTimestamp64Milli({now:Int64}, 'UTC')`,
    query_params: { now: nowMs },
    format: 'JSONEachRow',
  })
  for (const hour of await result.json<{ tenant: string; hour_s: number }>()) {
    await rebuildHour(client, { tenant: hour.tenant, hour: hour.hour_s })
  }
}
