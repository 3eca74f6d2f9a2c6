/** Runs an INSERT with its rows: in the request's body, or beside the embedded server as a file. */
import { Readable } from 'node:stream'
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client'
import { localFilesOf, ROWS_FILE_HEADER } from './local-files.ts'

export interface RowsInsert {
  /** `INSERT INTO … FORMAT …` */
  query: string
  /** Pieces of what that format consists of, one behind the other. */
  rows: readonly Uint8Array[]
  settings: ClickHouseSettings
  signal?: AbortSignal
}

/** The answer has begun; it must be read to its end. The same errors as of `exec`, and the system's while the file is written. */
export async function sendRows(
  client: ClickHouseClient,
  { query, rows, settings, signal }: RowsInsert,
): ReturnType<ClickHouseClient['exec']> {
  const common = { query, clickhouse_settings: settings, ...(signal && { abort_signal: signal }) }
  const files = localFilesOf(client)
  if (!files) return client.exec({ ...common, values: Readable.from(rows, { objectMode: false }) })
  const file = await files.write(rows)
  try {
    return await client.exec({ ...common, http_headers: { [ROWS_FILE_HEADER]: file } })
  } catch (error) {
    await files.remove(file)
    throw error
  }
}
