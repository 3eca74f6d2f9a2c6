/** Drops parts of the log of arrivals, ten minutes each, that nobody needs any more: what is unread stays, however late the worker is, up to the log's own TTL. */
import type { ClickHouseClient } from '@runlens/clickhouse'

/** Kept behind the position: far more than the overlap that is read again. */
const KEPT_MICROS = 3_600_000_000n

/**
 * @param position of settling, microseconds since the epoch: nothing that arrived before it is still needed
 * @returns how many went
 */
export async function dropReadArrivals(client: ClickHouseClient, position: bigint): Promise<number> {
  const result = await client.query({
    query: `SELECT DISTINCT partition_id
FROM system.parts
WHERE database = currentDatabase() AND table = 'arrivals' AND active
  AND toDateTime(partition, 'UTC') + INTERVAL 10 MINUTE <= fromUnixTimestamp64Micro({before:Int64}, 'UTC')`,
    query_params: { before: (position > KEPT_MICROS ? position - KEPT_MICROS : 0n).toString() },
    format: 'JSONEachRow',
  })
  const partitions = await result.json<{ partition_id: string }>()
  for (const { partition_id } of partitions) {
    await client.command({
      query: 'ALTER TABLE arrivals DROP PARTITION ID {id:String}',
      query_params: { id: partition_id },
    })
  }
  return partitions.length
}
