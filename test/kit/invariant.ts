/** `accepted = stored + in spool + dead letter`, counted in spans, log records and data points from outside: from answers, ClickHouse and the spool's files. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClickHouseClient } from '@runlens/clickhouse'
import { expect } from 'vitest'
import { readCheckpoint } from '../../collector/spool/checkpoint.ts'
import { readRecord } from '../../collector/spool/record.ts'
import { saltOf, scanSegment, segmentNumber } from '../../collector/spool/segment.ts'
import { rowsOf } from './stack-db.ts'
import { eventually } from './traces.ts'

/** Spans, log records and data points, each counted once. What is derived of them (markers) counts for nothing. */
export interface Balance {
  accepted: number
  stored: number
  spool: number
  deadLetter: number
}

/** Spans, log records and data points on disk that ClickHouse has not acknowledged. Exact while no insert is under way. @param dataDir the collector's */
export async function spansInSpool(dataDir: string): Promise<number> {
  const directory = join(dataDir, 'spool')
  const checkpoint = await readCheckpoint(directory)
  if (typeof checkpoint === 'string') throw new Error(`the checkpoint is ${checkpoint}`)
  const salt = saltOf(Buffer.from(checkpoint.spoolId, 'hex'))
  let spans = 0
  for (const name of readdirSync(directory)) {
    if (segmentNumber(name) === undefined) continue
    const bytes = readFileSync(join(directory, name))
    for (const head of scanSegment(bytes, salt).records) {
      if (head.sequence <= checkpoint.acknowledged) continue
      for (const { table, rows } of readRecord(bytes, head).blocks) if (table !== 'markers') spans += rows
    }
  }
  return spans
}

/** Spans, log records and data points that were set aside for good. */
export function spansInDeadLetters(dataDir: string): number {
  const names = readdirSync(join(dataDir, 'spool', 'dead-letter'))
  return names
    .filter((name) => !name.includes('-markers-'))
    .reduce((sum, name) => sum + Number(/-(\d+)rows\.native$/.exec(name)?.[1] ?? 0), 0)
}

/**
 * SQL: how many arrivals there are, each counted once. ClickHouse knows a repeated block within a partition, and those of the log of
 * arrivals are ten minutes each: what is repeated beyond their end arrives twice, which settles it once more.
 */
export const ARRIVED =
  'toUInt32(if(uniqExact(toStartOfTenMinutes(arrived_at)) = 1, count(), uniqExact(tenant, trace_id, span_id)))'

export interface Stored {
  /** Each once; `rows` has those that lie there more than once, too. */
  spans: number
  rows: number
  /** As many as lie there. */
  logRecords: number
  /** Each once. */
  dataPoints: number
}

/** What lies in ClickHouse. */
export async function spansStored(client: ClickHouseClient): Promise<Stored> {
  const [row] = await rowsOf<Stored>(
    client,
    `SELECT toUInt32(count()) AS spans, (SELECT toUInt32(count()) FROM spans) AS rows,
  (SELECT toUInt32(count()) FROM logs) AS logRecords,
  (SELECT toUInt32(count()) FROM metric_points FINAL) AS dataPoints
FROM spans FINAL`,
  )
  return row!
}

/** Says the balance in the test's output. @param fault what was done meanwhile */
export function printBalance(fault: string, { accepted, stored, spool, deadLetter }: Balance): void {
  process.stdout.write(
    `${fault}: accepted ${accepted} = stored ${stored} + spool ${spool} + dead letter ${deadLetter}\n`,
  )
}

export interface Expected extends Balance {
  fault: string
  dataDir: string
  client: ClickHouseClient
}

/** Waits until the balance is as expected, counted from outside, and prints it. */
export async function expectBalance(
  { fault, dataDir, client, ...expected }: Expected,
  timeoutMs = 60_000,
): Promise<void> {
  const found = await eventually(async () => {
    const { spans, logRecords, dataPoints } = await spansStored(client)
    const balance = {
      stored: spans + logRecords + dataPoints,
      spool: await spansInSpool(dataDir),
      deadLetter: spansInDeadLetters(dataDir),
    }
    expect({ accepted: expected.accepted, ...balance }).toEqual(expected)
    return balance
  }, timeoutMs)
  printBalance(fault, { accepted: expected.accepted, ...found })
}
