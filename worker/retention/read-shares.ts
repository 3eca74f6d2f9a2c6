/** What retention plans with: which tenants have what in which partition of `executions`, and since when the latest ones started. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { PartitionShare } from './plan.ts'

/** Of partitions whose day was over by then. Versions that were replaced count, too, which makes a share younger at most. */
export async function readShares(client: ClickHouseClient, beforeMs: number): Promise<PartitionShare[]> {
  const result = await client.query({
    query: `SELECT _partition_id AS partition, tenant,
  toString(maxIf(heard, is_deleted = 0)) AS heard_max, toString(minIf(heard, is_deleted = 0 AND removed != 'execution')) AS heard_min,
  toString(max(toUnixTimestamp64Milli(started_at))) AS started_max,
  toString(maxIf(toUnixTimestamp64Milli(settled_at), is_deleted = 0)) AS settled_max
FROM
(
  SELECT _partition_id, tenant, is_deleted, removed, started_at, settled_at,
    greatest(toUnixTimestamp64Milli(last_seen_at), toUnixTimestamp64Milli(started_at)) AS heard
  FROM executions
  WHERE toStartOfDay(anchor_at, 'UTC') + INTERVAL 1 DAY <= fromUnixTimestamp64Milli({before:Int64}, 'UTC')
)
GROUP BY partition, tenant`,
    query_params: { before: Math.floor(beforeMs) },
    format: 'JSONEachRow',
  })
  type Answer = {
    partition: string
    tenant: string
    heard_max: string
    heard_min: string
    started_max: string
    settled_max: string
  }
  return (await result.json<Answer>()).map((row) => ({
    partition: row.partition,
    tenant: row.tenant,
    heardMaxMs: Number(row.heard_max),
    heardMinMs: Number(row.heard_min),
    startedMaxMs: Number(row.started_max),
    settledMaxMs: Number(row.settled_max),
  }))
}

/** Since when a tenant's latest `keep` executions started, milliseconds since the epoch: those that started then or later stay. */
export async function readKeepFrom(client: ClickHouseClient, tenant: string, keep: number): Promise<number> {
  if (keep === 0) return Number.POSITIVE_INFINITY
  const result = await client.query({
    query: `SELECT toString(toUnixTimestamp64Milli(started_at)) AS started FROM executions FINAL WHERE tenant = {tenant:String}
ORDER BY started_at DESC LIMIT 1 OFFSET {others:UInt32}`,
    query_params: { tenant, others: keep - 1 },
    format: 'JSONEachRow',
  })
  const [row] = await result.json<{ started: string }>()
  return row ? Number(row.started) : Number.NEGATIVE_INFINITY
}
