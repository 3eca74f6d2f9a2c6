/** Takes what a statement answers as Native blocks, unread, into room that is there already or as it comes. */
import { finished } from 'node:stream/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { type LocalFiles, localFilesOf, RESULT_FILE_HEADER, useNoLocalFiles } from './local-files.ts'
import { IDS_IN_TEXT } from './trace-ids.ts'

export interface NativeStatement {
  /** A SELECT without a format. */
  query: string
  parameters: Readonly<Record<string, unknown>>
}

/** ClickHouse's code for a result beyond `max_result_bytes`. */
const TOO_MANY_ROWS_OR_BYTES = '396'
/** `max_result_bytes` counts what columns take in ClickHouse's memory, which is more than they take as blocks. */
const IN_MEMORY = 4

/**
 * Writes the blocks into `room`.
 * @returns their length, -1 if there is no room for all of them
 */
export function readNativeInto(client: ClickHouseClient, statement: NativeStatement, room: Buffer): Promise<number> {
  const files = localFilesOf(client)
  if (files) return takeFile(client, files, statement, room)
  return takeNative(client, statement, room.length, (chunk, at) => room.set(chunk, at))
}

/** Gives the bytes taken, -1 if there are more than `bytesMax`. */
export async function takeNative(
  client: ClickHouseClient,
  statement: NativeStatement,
  bytesMax: number,
  take: (chunk: Buffer, at: number) => void,
): Promise<number> {
  const { stream } = await client.exec(execOf(statement))
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

/** The same by way of a file beside the embedded server: a quarter of the cost, and the event loop sees none of it. */
async function takeFile(
  client: ClickHouseClient,
  files: LocalFiles,
  statement: NativeStatement,
  room: Buffer,
): Promise<number> {
  const file = files.name()
  const { clickhouse_settings, ...exec } = execOf(statement)
  try {
    const { stream, response_headers } = await client.exec({
      ...exec,
      clickhouse_settings: {
        ...clickhouse_settings,
        // 0 would be no limit.
        max_result_bytes: String(Math.max(1, IN_MEMORY * room.length)),
        result_overflow_mode: 'throw',
      },
      http_headers: { [RESULT_FILE_HEADER]: file },
    })
    await finished(stream.resume())
    if (response_headers[RESULT_FILE_HEADER] !== file) {
      // Another server: its answer was in the body.
      useNoLocalFiles(client)
      return readNativeInto(client, statement, room)
    }
  } catch (error) {
    if ((error as { code?: unknown }).code === TOO_MANY_ROWS_OR_BYTES) return -1
    throw error
  }
  return files.take(file, room)
}

function execOf({ query, parameters }: NativeStatement) {
  return {
    query: `${query}\nFORMAT Native`,
    query_params: { ...parameters },
    // A column of few words comes as these words and numbers.
    clickhouse_settings: { ...IDS_IN_TEXT, low_cardinality_allow_in_native_format: 1 as const },
  }
}
