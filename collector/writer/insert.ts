/** One INSERT of concatenated Native blocks, under a token and with settings that make it one block, whenever it is repeated. */
import { type ClickHouseClient, sendRows } from '@runlens/clickhouse'

export interface BlockInsert {
  table: string
  token: string
  /** Native blocks, one after another. */
  blocks: readonly Uint8Array[]
}

/**
 * The same token must always mean the same single block. Settings of the server or user that cut or join blocks otherwise
 * would give parts that the token does not cover, so all of them are sent along. Rows stay below `max_insert_block_size`
 * (`writer.batchRowsMax` ends at 1 000 000).
 */
const ONE_BLOCK = {
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  max_insert_block_size: '1048449',
  min_insert_block_size_rows: '1048449',
  min_insert_block_size_bytes: '0',
  max_insert_threads: '1',
  max_partitions_per_insert_block: '0',
  materialized_views_ignore_errors: 0,
  async_insert: 0,
  wait_end_of_query: 1,
  // No column of these tables has a default of its own, and to look for one costs ClickHouse 3 ms an insert.
  input_format_defaults_for_omitted_fields: 0,
} as const

/** Characters of an unexpected answer that are kept for the log. */
const SAID_MAX = 200

/** A success that is not ClickHouse's word for it: a page of a proxy, an empty answer of whatever listens there now. */
class UnexpectedAnswer extends Error {
  readonly code = 'unexpected_answer'
}

/**
 * Resolves when ClickHouse has the rows. Its success repeats the query's id in a header and has no body; anything else under a
 * 200 comes from something between, or tells of an error after the head was sent.
 * @throws ClickHouse's or the connection's error, or one with the code `unexpected_answer`
 */
export async function insertBlocks(
  client: ClickHouseClient,
  { table, token, blocks }: BlockInsert,
  signal: AbortSignal,
): Promise<void> {
  const { stream, query_id, response_headers } = await sendRows(client, {
    query: `INSERT INTO ${table} FORMAT Native`,
    rows: blocks,
    signal,
    settings: { ...ONE_BLOCK, insert_deduplication_token: token },
  })
  let said = ''
  for await (const piece of stream) if (said.length < SAID_MAX) said += String(piece)
  if (said !== '') throw new UnexpectedAnswer(`an insert was answered with: ${said.slice(0, SAID_MAX)}`)
  if (response_headers['x-clickhouse-query-id'] === query_id) return
  throw new UnexpectedAnswer('an insert was answered by something that is not ClickHouse')
}
