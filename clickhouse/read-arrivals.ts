/** Reads spans as they arrived: in one stretch of the log, where `spans` would have to be searched for each. */
import type { ClickHouseClient } from '@clickhouse/client'
import { type ArrivalTable, readArrivalTable } from './arrival-table.ts'
import { ARRIVED_COLUMNS } from './settle-columns.ts'
import { type NativeStatement, readNativeInto, takeNative } from './take-native.ts'
import { traceIdIsOneOf } from './trace-ids.ts'

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
  const bytes = await takeNative(client, statementOf(options), bytesMax, (chunk) => chunks.push(chunk))
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
  return readNativeInto(client, statementOf(options), room)
}

function statementOf({ blocks, only }: ReadArrivalsOptions): NativeStatement {
  const wanted = only ? `AND tenant = {tenant:String} AND ${traceIdIsOneOf(only.traceIds)}` : ''
  return {
    query: `SELECT ${ARRIVED_COLUMNS}\nFROM arrivals\nWHERE ${IN_BLOCKS} ${wanted}`,
    parameters: { ...blockParameters(blocks), ...(only && { tenant: only.tenant }) },
  }
}

/** Condition over `arrivals`: what some blocks brought; takes the parameters of {@link blockParameters}. */
export const IN_BLOCKS = `arrived_at >= fromUnixTimestamp64Micro({from:Int64}) AND arrived_at <= fromUnixTimestamp64Micro({to:Int64})
  AND toUnixTimestamp64Micro(arrived_at) IN {blocks:Array(Int64)}`

/** @param times of blocks, microseconds since the epoch, ascending, at least one */
export function blockParameters(times: readonly bigint[]): Record<string, unknown> {
  return { from: Number(times[0]), to: Number(times.at(-1)), blocks: times.map(Number) }
}
