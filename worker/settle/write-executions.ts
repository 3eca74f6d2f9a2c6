/** Writes planned rows in batches that ClickHouse takes once, and gives the last one again after a restart. */
import { type ClickHouseClient, columnNames, EXECUTIONS, insertRows } from '@runlens/clickhouse'
import type { PlannedRow } from './plan-rows.ts'

/** Rows in one insert: far below the size at which ClickHouse would cut it into blocks, which a token can't cover. */
const BATCH_ROWS_MAX = 10_000
const BATCH_BYTES_MAX = 64 * 1024 * 1024
const DAY_MICROS = 86_400_000_000n

/** One insert: rows of one partition, encoded, under a token that follows from them. */
export interface Batch {
  rows: Buffer[]
  token: string
}

/**
 * Cuts rows into batches of one partition each, in order of anchor.
 * @param settledAt gives a new time for each batch, microseconds since the epoch, always rising: it names the batch
 */
export function toBatches(rows: readonly PlannedRow[], settledAt: () => bigint): Batch[] {
  const sorted = [...rows].sort((a, b) => (a.anchor < b.anchor ? -1 : 1))
  const batches: Batch[] = []
  let open: PlannedRow[] = []
  let bytes = 0
  const close = () => {
    if (open.length > 0) batches.push(toBatch(open, settledAt()))
    open = []
    bytes = 0
  }
  for (const row of sorted) {
    const first = open[0]
    const otherDay = first !== undefined && first.anchor / DAY_MICROS !== row.anchor / DAY_MICROS
    if (otherDay || open.length === BATCH_ROWS_MAX || bytes > BATCH_BYTES_MAX) close()
    open.push(row)
    bytes += row.size
  }
  close()
  return batches
}

function toBatch(rows: readonly PlannedRow[], settledAt: bigint): Batch {
  const sum = rows.reduce((total, { version, content_hash }) => total + version + content_hash, 0n)
  return {
    rows: rows.map((row) => row.encode(settledAt)),
    token: token(settledAt, rows.length, BigInt.asUintN(64, sum)),
  }
}

/** Follows from what the rows say, so that it can be worked out again from the table. */
function token(settledAt: bigint, rows: number, sum: bigint): string {
  return `executions-${settledAt}-${rows}-${sum}`
}

/** May be called again with the same batch until it succeeds. */
export async function writeBatch(client: ClickHouseClient, { rows, token }: Batch): Promise<void> {
  await insertRows(client, { table: EXECUTIONS, rows, token })
}

/**
 * Inserts the newest batch of `executions` again, under its own token. After a kill in the middle of an insert the table may
 * hold a batch that its views lack; ClickHouse then gives it to the views, and otherwise drops it. Gives its number of rows.
 */
export async function repeatLastBatch(client: ClickHouseClient): Promise<number> {
  const last = await client.query({
    query: `SELECT toString(toUnixTimestamp64Micro(settled_at)) AS settled, count() AS rows, toString(sum(version + content_hash)) AS sum
FROM executions
WHERE settled_at = (SELECT max(settled_at) FROM executions)
GROUP BY settled_at`,
    format: 'JSONEachRow',
  })
  const [batch] = await last.json<{ settled: string; rows: string; sum: string }>()
  if (!batch) return 0
  const columns = columnNames(EXECUTIONS).map((name) => `\`${name}\``)
  const { stream } = await client.exec({
    query: `SELECT ${columns.join(', ')} FROM executions
WHERE settled_at = fromUnixTimestamp64Micro({settled:Int64}) FORMAT RowBinary`,
    query_params: { settled: batch.settled },
  })
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  const name = token(BigInt(batch.settled), Number(batch.rows), BigInt(batch.sum))
  await insertRows(client, { table: EXECUTIONS, rows: chunks, token: name })
  return Number(batch.rows)
}
