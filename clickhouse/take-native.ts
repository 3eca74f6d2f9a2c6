/** Takes what a statement answers as Native blocks, unread, into room that is there already or as it comes. */
import { finished } from 'node:stream/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { IDS_IN_TEXT } from './trace-ids.ts'

export interface NativeStatement {
  /** A SELECT without a format. */
  query: string
  parameters: Readonly<Record<string, unknown>>
}

/**
 * Writes the blocks into `room`.
 * @returns their length, -1 if there is no room for all of them
 */
export function readNativeInto(client: ClickHouseClient, statement: NativeStatement, room: Buffer): Promise<number> {
  return takeNative(client, statement, room.length, (chunk, at) => room.set(chunk, at))
}

/** Gives the bytes taken, -1 if there are more than `bytesMax`. */
export async function takeNative(
  client: ClickHouseClient,
  { query, parameters }: NativeStatement,
  bytesMax: number,
  take: (chunk: Buffer, at: number) => void,
): Promise<number> {
  const { stream } = await client.exec({
    query: `${query}\nFORMAT Native`,
    query_params: { ...parameters },
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
