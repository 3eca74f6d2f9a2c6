/** Reads the spans of traces as they arrived: in one stretch of the log, where `spans` would have to be searched for each. */
import { buffer } from 'node:stream/consumers'
import type { ClickHouseClient } from '@clickhouse/client'
import type { SettleSpan } from '@runlens/conventions'
import { type NativeBlock, readNative } from './native-reader.ts'
import { ARRIVED_COLUMNS, toArrivedSpans } from './settle-columns.ts'
import { IDS_IN_TEXT, traceIdIsOneOf } from './trace-ids.ts'

export interface ReadArrivedSpansOptions {
  /** Times of the blocks to read, microseconds since the epoch, ascending, at least one. */
  blocks: readonly bigint[]
  /** Of these traces of one tenant only, 32 hex digits each. */
  only?: { tenant: string; traceIds: readonly string[] }
  payloadBytesMax: number
}

export interface ArrivedSpan {
  tenant: string
  /** ClickHouse's clock, microseconds since the epoch. */
  arrived_at: bigint
  span: SettleSpan
}

/** Every span in these blocks, as often as it came, links left out. */
export async function readArrivedSpans(
  client: ClickHouseClient,
  { blocks, only, payloadBytesMax }: ReadArrivedSpansOptions,
): Promise<ArrivedSpan[]> {
  const wanted = only ? `AND tenant = {tenant:String} AND ${traceIdIsOneOf(only.traceIds)}` : ''
  const { stream } = await client.exec({
    query: `SELECT ${ARRIVED_COLUMNS}\nFROM arrivals\nWHERE ${IN_BLOCKS} ${wanted}\nFORMAT Native`,
    query_params: { ...blockParameters(blocks), ...(only && { tenant: only.tenant }) },
    // A column of few words comes as these words and numbers.
    clickhouse_settings: { ...IDS_IN_TEXT, low_cardinality_allow_in_native_format: 1 },
  })
  const spans: ArrivedSpan[] = []
  for (const block of readNative(await buffer(stream))) addBlock(block, payloadBytesMax, spans)
  return spans
}

function addBlock(block: NativeBlock, payloadBytesMax: number, spans: ArrivedSpan[]): void {
  const tenants = block.columns.get('tenant') as readonly string[]
  const times = block.columns.get('arrived_at') as readonly bigint[]
  // Four bytes over the cap: a character that the cut breaks then lies beyond the cap.
  toArrivedSpans(block, payloadBytesMax + 4).forEach((span, row) => {
    spans.push({ tenant: tenants[row]!, arrived_at: times[row]!, span })
  })
}

/** Condition over `arrivals`: what some blocks brought; takes the parameters of {@link blockParameters}. */
export const IN_BLOCKS = `arrived_at >= fromUnixTimestamp64Micro({from:Int64}) AND arrived_at <= fromUnixTimestamp64Micro({to:Int64})
  AND toUnixTimestamp64Micro(arrived_at) IN {blocks:Array(Int64)}`

/** @param times of blocks, microseconds since the epoch, ascending, at least one */
export function blockParameters(times: readonly bigint[]): Record<string, unknown> {
  return { from: Number(times[0]), to: Number(times.at(-1)), blocks: times.map(Number) }
}
