/** Reads the spans of traces as they arrived: in one stretch of the log, where `spans` would have to be searched for each. */
import type { ClickHouseClient } from '@clickhouse/client'
import type { SettleSpan } from '@runlens/conventions'
import { ARRIVED_SETTLE_COLUMNS, type SettleColumns, toSettleSpan } from './settle-columns.ts'
import { traceIdIn } from './trace-ids.ts'

export interface ReadArrivedSpansOptions {
  tenant: string
  /** 32 hex digits each. */
  traceIds: readonly string[]
  /** Times of the blocks that brought them, microseconds since the epoch, ascending. */
  blocks: readonly bigint[]
  payloadBytesMax: number
}

/** Every span of these traces in these blocks, as often as it came, links left out. */
export async function readArrivedSpans(
  client: ClickHouseClient,
  { tenant, traceIds, blocks, payloadBytesMax }: ReadArrivedSpansOptions,
): Promise<SettleSpan[]> {
  if (traceIds.length === 0) return []
  const result = await client.query({
    query: `SELECT ${ARRIVED_SETTLE_COLUMNS}
FROM arrivals
WHERE ${IN_BLOCKS} AND tenant = {tenant:String} AND ${traceIdIn('{traceIds:Array(String)}')}`,
    query_params: { ...blockParameters(blocks), tenant, traceIds, cut: payloadBytesMax + 4 },
    format: 'JSONCompactEachRow',
  })
  const spans: SettleSpan[] = []
  for (const row of await result.json<SettleColumns>()) spans.push(toSettleSpan(row))
  return spans
}

/** Condition over `arrivals`: what some blocks brought; takes the parameters of {@link blockParameters}. */
export const IN_BLOCKS = `arrived_at >= fromUnixTimestamp64Micro({from:Int64}) AND arrived_at <= fromUnixTimestamp64Micro({to:Int64})
  AND toUnixTimestamp64Micro(arrived_at) IN {blocks:Array(Int64)}`

/** @param times of blocks, microseconds since the epoch, ascending, at least one */
export function blockParameters(times: readonly bigint[]): Record<string, unknown> {
  return { from: Number(times[0]), to: Number(times.at(-1)), blocks: times.map(Number) }
}
