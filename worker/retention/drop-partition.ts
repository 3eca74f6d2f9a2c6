/** Takes a whole day of executions, of all tenants, in one go. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { DirtyHour } from '../rollup/rebuild-hours.ts'
import { freezeHours } from './freeze-hours.ts'

/** @returns executions that went */
export async function dropPartition(client: ClickHouseClient, partition: string, nowMs: number): Promise<number> {
  const result = await client.query({
    query: `SELECT tenant, toUInt32(toStartOfHour(started_at, 'UTC')) AS hour, toString(count()) AS n
FROM executions FINAL
WHERE _partition_id = {partition:String}
GROUP BY tenant, hour`,
    query_params: { partition },
    format: 'JSONEachRow',
  })
  const hours = await result.json<DirtyHour & { n: string }>()
  await freezeHours(
    client,
    hours.map(({ tenant, hour }) => ({ tenant, hour })),
    nowMs,
  )
  await client.command({
    query: 'ALTER TABLE executions DROP PARTITION ID {partition:String}',
    query_params: { partition },
  })
  return hours.reduce((sum, { n }) => sum + Number(n), 0)
}
