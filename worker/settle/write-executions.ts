/** Writes planned rows, and after a restart does again what views may not have done for the newest ones. */
import {
  type ClickHouseClient,
  columnNames,
  EXECUTION_CHANGES,
  EXECUTION_TERMS,
  EXECUTIONS,
  executionTerms,
  insertBlock,
  insertRows,
  toNativeBlock,
} from '@runlens/clickhouse'
import type { PlannedRow } from './plan-rows.ts'

/** Rows in one insert. */
const BATCH_ROWS_MAX = 10_000
const BATCH_BYTES_MAX = 64 * 1024 * 1024
const DAY_MICROS = 86_400_000_000n
/** How much older than the newest row one may be that was written in the same moment, by another worker's clock. */
const SAME_MOMENT_SECONDS = 60

/** Rows of one day, in days since the epoch. */
export interface Batch {
  day: bigint
  rows: Buffer[]
}

/**
 * Cuts rows into batches of one partition each, in order of anchor.
 * @param settledAt microseconds since the epoch
 */
export function toBatches(rows: readonly PlannedRow[], settledAt: bigint): Batch[] {
  const sorted = [...rows].sort((a, b) => (a.anchor < b.anchor ? -1 : 1))
  const batches: Batch[] = []
  let bytes = 0
  for (const row of sorted) {
    const open = batches.at(-1)
    const rowDay = row.anchor / DAY_MICROS
    const isFull = open?.rows.length === BATCH_ROWS_MAX || bytes > BATCH_BYTES_MAX
    if (!open || rowDay !== open.day || isFull) {
      batches.push({ day: rowDay, rows: [row.encode(settledAt)] })
      bytes = 0
    } else {
      open.rows.push(row.encode(settledAt))
    }
    bytes += row.size
  }
  return batches
}

/** May be repeated: rows of equal version are one. */
export async function writeBatch(client: ClickHouseClient, { rows }: Batch): Promise<void> {
  await insertRows(client, { table: EXECUTIONS, rows })
}

/** The same of a block, and of rows of its day with it: every insert of its own costs ClickHouse 60 ms of CPU, as much as 6 000 rows. */
export async function writeBlock(client: ClickHouseClient, block: Buffer, { rows }: Batch): Promise<void> {
  const all = rows.length === 0 ? block : Buffer.concat([block, toNativeBlock(EXECUTIONS, rows)])
  await insertBlock(client, EXECUTIONS, all)
}

/**
 * Marks the hours of the newest rows dirty once more: after a kill in the middle of an insert the table may hold rows whose
 * marks got lost. A mark too many costs one rebuild.
 */
export async function markNewest(client: ClickHouseClient): Promise<void> {
  await client.command({
    query: `INSERT INTO dirty_hours (tenant, hour, dirty_at, rebuilt_at)
SELECT tenant, toStartOfHour(arrayJoin([started_at, ifNull(previous_started_at, started_at)]), 'UTC') AS hour, now64(6), toDateTime64(0, 6)
FROM executions
WHERE settled_at >= (SELECT max(settled_at) FROM executions WHERE removed = '') - INTERVAL ${SAME_MOMENT_SECONDS} SECOND AND removed = ''
GROUP BY tenant, hour`,
  })
}

/** Writes down the newest rows that the log of changes lacks, for the same reason. May be repeated. */
export async function noteNewest(client: ClickHouseClient): Promise<void> {
  const [changedAt, ...copied] = columnNames(EXECUTION_CHANGES)
  await client.command({
    query: `INSERT INTO execution_changes (${[changedAt, ...copied].join(', ')})
WITH (SELECT max(settled_at) FROM executions WHERE removed = '') - INTERVAL ${SAME_MOMENT_SECONDS} SECOND AS newest
SELECT now64(6), ${copied.join(', ')}
FROM executions
WHERE settled_at >= newest AND is_deleted = 0 AND removed = ''
  AND (tenant, execution_id, instance, version) NOT IN
    (SELECT tenant, execution_id, instance, version FROM execution_changes WHERE changed_at >= newest)`,
  })
}

/** Writes once more by what the newest rows are looked for, for the same reason. What is there already is replaced. */
export async function termNewest(client: ClickHouseClient): Promise<void> {
  const newest = `settled_at >= (SELECT max(settled_at) FROM executions WHERE removed = '') - INTERVAL ${SAME_MOMENT_SECONDS} SECOND`
  await client.command({
    query: `INSERT INTO execution_terms (${columnNames(EXECUTION_TERMS).join(', ')})\n${executionTerms(newest)}`,
  })
}
