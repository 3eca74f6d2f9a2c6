/** Rollups as the worker builds them, for tests that store executions without one. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import { rebuildHour } from '../../worker/rollup/rebuild-hours.ts'

/** Rebuilds every hour that is marked as dirty and over by `nowMs`. */
export async function rebuildHours(client: ClickHouseClient, nowMs: number): Promise<void> {
  await rebuild(client, "AND hour + INTERVAL 1 HOUR <= fromUnixTimestamp64Milli({now:Int64}, 'UTC')", { now: nowMs })
}

/** Every hour that is marked as dirty, whether or not it is over. */
export async function rebuildDirtyHours(client: ClickHouseClient): Promise<void> {
  await rebuild(client, '', {})
}

async function rebuild(
  client: ClickHouseClient,
  condition: string,
  query_params: Record<string, number>,
): Promise<void> {
  const hours = await client.query({
    query: `SELECT tenant, toUInt32(hour) AS hour_s FROM dirty_hours GROUP BY tenant, hour
HAVING max(dirty_at) >= max(rebuilt_at) ${condition}`,
    query_params,
    format: 'JSONEachRow',
  })
  for (const { tenant, hour_s } of await hours.json<{ tenant: string; hour_s: number }>()) {
    await rebuildHour(client, { tenant, hour: hour_s })
  }
}
