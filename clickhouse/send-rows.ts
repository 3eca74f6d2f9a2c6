/** Runs an INSERT with its rows: in the request's body, or beside the embedded server as a file. */
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client'
import { localFilesOf, ROWS_FILE_HEADER, useNoLocalFiles } from './local-files.ts'

export interface RowsInsert {
  /** `INSERT INTO … FORMAT …` */
  query: string
  /** Pieces of what that format consists of, one behind the other. */
  rows: readonly Uint8Array[]
  settings: ClickHouseSettings
  signal?: AbortSignal
}

/** The answer has begun; it must be read to its end. The same errors as of `exec`, and the system's while the file is written. */
export async function sendRows(client: ClickHouseClient, insert: RowsInsert): ReturnType<ClickHouseClient['exec']> {
  const { query, rows, settings, signal } = insert
  const common = { query, clickhouse_settings: settings, ...(signal && { abort_signal: signal }) }
  const files = localFilesOf(client)
  if (!files) return client.exec({ ...common, values: Readable.from(rows, { objectMode: false }) })
  const file = await files.write(rows)
  try {
    const answer = await client.exec({ ...common, http_headers: { [ROWS_FILE_HEADER]: file } })
    if (answer.response_headers[ROWS_FILE_HEADER] === file) return answer
    // Another server, and to it an INSERT of no rows.
    await finished(answer.stream.resume())
  } catch (error) {
    await files.remove(file)
    throw error
  }
  await files.remove(file)
  useNoLocalFiles(client)
  return sendRows(client, insert)
}
