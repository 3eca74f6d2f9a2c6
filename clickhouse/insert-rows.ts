/** Inserts encoded rows as one block under one deduplication token. */
import type { ClickHouseClient } from '@clickhouse/client'
import { sendRows } from './send-rows.ts'
import { columnNames, type Table } from './tables/column.ts'

export interface InsertRowsOptions {
  table: Table
  /** RowBinary of all columns of the table, at most a few ten thousand rows of one partition. */
  rows: readonly Buffer[]
  /** Names exactly these rows: ClickHouse drops an insert whose token it has seen. */
  token?: string
}

/** @throws ClickHouseError and network errors as they come; after either the same call may be repeated under the same token. */
export async function insertRows(client: ClickHouseClient, { table, rows, token }: InsertRowsOptions): Promise<void> {
  await insert(client, table, 'RowBinary', Buffer.concat(rows), token)
}

/**
 * The same of a block that is written by columns, which ClickHouse takes in at a third of the cost.
 * @param block in Native format, with all columns of the table
 */
export async function insertBlock(client: ClickHouseClient, table: Table, block: Buffer): Promise<void> {
  await insert(client, table, 'Native', block, undefined)
}

async function insert(
  client: ClickHouseClient,
  table: Table,
  format: 'RowBinary' | 'Native',
  bytes: Buffer,
  token: string | undefined,
): Promise<void> {
  const columns = columnNames(table).map((name) => `\`${name}\``)
  const { stream } = await sendRows(client, {
    query: `INSERT INTO ${table.name} (${columns.join(', ')}) FORMAT ${format}`,
    rows: [bytes],
    settings: {
      async_insert: 0,
      max_insert_threads: '1',
      // A view may be partitioned by another time than the table.
      max_partitions_per_insert_block: '0',
      // Every column is given: to look for defaults of others costs ClickHouse some milliseconds.
      input_format_defaults_for_omitted_fields: 0,
      ...(token === undefined
        ? {}
        : { insert_deduplication_token: token, deduplicate_blocks_in_dependent_materialized_views: 1 }),
    },
  })
  for await (const _ of stream) {
    // Nothing is said to a successful insert, but the answer must be read to its end.
  }
}
