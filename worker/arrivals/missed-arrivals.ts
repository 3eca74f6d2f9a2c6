/** Arrivals that the log no longer holds, because the worker was away for longer than it keeps them: written again from the spans. */
import type { ClickHouseClient } from '@runlens/clickhouse'

/** Less than the day that the log keeps. */
const KEPT_MICROS = 23n * 3_600_000_000n
/** How much older than its arrival a span's `received_at` may be: it lay in the spool while ClickHouse was away. */
const SPOOLED_MICROS = 3_600_000_000n

/**
 * Names every trace that was received since `position` once more, if the log does not reach back there.
 * @param position microseconds since the epoch; 0 when nothing was ever settled
 * @returns whether it was necessary
 */
export async function announceMissed(client: ClickHouseClient, position: bigint): Promise<boolean> {
  const answer = await client.query({
    query: 'SELECT toString(toUnixTimestamp64Micro(now64(6))) AS now',
    format: 'JSONEachRow',
  })
  const [clock] = await answer.json<{ now: string }>()
  if (BigInt(clock!.now) - position < KEPT_MICROS) return false
  const from = position > SPOOLED_MICROS ? position - SPOOLED_MICROS : 0n
  await client.command({
    query: `INSERT INTO arrivals (arrived_at, tenant, trace_id, spans, first_started_at, last_started_at, services)
SELECT now64(6), tenant, trace_id, toUInt32(count()), min(started_at), max(started_at), groupUniqArray(toString(service))
FROM spans
WHERE toUnixTimestamp64Milli(received_at) >= {from:Int64}
GROUP BY tenant, trace_id`,
    query_params: { from: (from / 1000n).toString() },
  })
  return true
}
