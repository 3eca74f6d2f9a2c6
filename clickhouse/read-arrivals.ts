/** Reads spans as they arrived: in one stretch of the log, where `spans` would have to be searched for each. */
import { finished } from 'node:stream/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { type ArrivalTable, readArrivalTable } from './arrival-table.ts'
import { ARRIVED_COLUMNS } from './settle-columns.ts'
import { IDS_IN_TEXT, traceIdIsOneOf } from './trace-ids.ts'

export interface ReadArrivalsOptions {
  /** Times of the blocks to read, microseconds since the epoch, ascending, at least one. */
  blocks: readonly bigint[]
  /** Of these traces of one tenant only, 32 hex digits each. */
  only?: { tenant: string; traceIds: readonly string[] }
}

/** Every span in these blocks, as often as it came. */
export async function readArrivals(client: ClickHouseClient, options: ReadArrivalsOptions): Promise<ArrivalTable> {
  return (await readArrivalsWithin(client, options, Infinity))!
}

/** The same; undefined if they are more than `bytesMax`. */
export async function readArrivalsWithin(
  client: ClickHouseClient,
  options: ReadArrivalsOptions,
  bytesMax: number,
): Promise<ArrivalTable | undefined> {
  const chunks: Buffer[] = []
  const bytes = await takeArrivals(client, options, bytesMax, (chunk) => chunks.push(chunk))
  return bytes < 0 ? undefined : readArrivalTable(Buffer.concat(chunks, bytes))
}

/**
 * Writes the Native blocks of {@link ARRIVED_COLUMNS} into `room`.
 * @returns their length, -1 if there is no room for all of them
 */
export function readArrivalsInto(
  client: ClickHouseClient,
  options: ReadArrivalsOptions,
  room: Buffer,
): Promise<number> {
  return takeArrivals(client, options, room.length, (chunk, at) => room.set(chunk, at))
}

/** Gives the bytes taken, -1 if there are more than `bytesMax`. */
async function takeArrivals(
  client: ClickHouseClient,
  { blocks, only }: ReadArrivalsOptions,
  bytesMax: number,
  take: (chunk: Buffer, at: number) => void,
): Promise<number> {
  const wanted = only ? `AND tenant = {tenant:String} AND ${traceIdIsOneOf(only.traceIds)}` : ''
  const { stream } = await client.exec({
    query: `SELECT ${ARRIVED_COLUMNS}\nFROM arrivals\nWHERE ${IN_BLOCKS} ${wanted}\nFORMAT Native`,
    query_params: { ...blockParameters(blocks), ...(only && { tenant: only.tenant }) },
    // A column of few words comes as these words and numbers.
    clickhouse_settings: { ...IDS_IN_TEXT, low_cardinality_allow_in_native_format: 1 },
  })
  let bytes = 0
  // Not chunk by chunk in a loop: that would put all together that have come meanwhile, and copy them for it.
  const onData = (chunk: Buffer) => {
    const at = bytes
    bytes += chunk.length
    if (bytes > bytesMax) stream.destroy()
    else take(chunk, at)
  }
  stream.on('data', onData)
  try {
    await finished(stream)
  } catch (error) {
    // To destroy it closes the query, too.
    if (bytes <= bytesMax) throw error
  }
  return bytes > bytesMax ? -1 : bytes
}

/** Condition over `arrivals`: what some blocks brought; takes the parameters of {@link blockParameters}. */
export const IN_BLOCKS = `arrived_at >= fromUnixTimestamp64Micro({from:Int64}) AND arrived_at <= fromUnixTimestamp64Micro({to:Int64})
  AND toUnixTimestamp64Micro(arrived_at) IN {blocks:Array(Int64)}`

/** @param times of blocks, microseconds since the epoch, ascending, at least one */
export function blockParameters(times: readonly bigint[]): Record<string, unknown> {
  return { from: Number(times[0]), to: Number(times.at(-1)), blocks: times.map(Number) }
}
