/** What the stack made of what it acknowledged, and whether that is everything, once. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Ledger } from '../load/steady.ts'
import { readNumber, whenAtLeast } from './database.ts'

export interface Stored {
  /** From the last acknowledgement until every execution was there. */
  settledAfterSeconds: number
  /** What is missing or there twice. */
  faults: string[]
}

type Acknowledged = Pick<Ledger, 'spans' | 'executions' | 'endedAt'>

/** Waits until everything acknowledged is stored and settled, then counts exactly. */
export async function whenStored(client: ClickHouseClient, sent: Acknowledged, timeoutMs: number): Promise<Stored> {
  // Rows before merging: cheap to count, and never fewer than executions.
  await whenAtLeast(() => readNumber(client, 'SELECT count() FROM spans'), sent.spans, timeoutMs)
  await whenAtLeast(() => readNumber(client, 'SELECT count() FROM executions'), sent.executions, timeoutMs)
  const executions = await whenAtLeast(() => readNumber(client, COUNT_EXECUTIONS), sent.executions, timeoutMs)
  const settledAfterSeconds = (performance.now() - sent.endedAt) / 1000
  const spans = await readNumber(client, 'SELECT uniqExact(trace_id, span_id) FROM spans')
  const rows = await readNumber(client, 'SELECT count() FROM spans FINAL')
  const faults = [
    ...differs('spans stored', spans, sent.spans),
    ...differs('rows of spans', rows, sent.spans),
    ...differs('executions', executions, sent.executions),
  ]
  return { settledAfterSeconds, faults }
}

const COUNT_EXECUTIONS = 'SELECT count() FROM executions FINAL SETTINGS do_not_merge_across_partitions_select_final = 1'

function differs(what: string, found: number, expected: number): string[] {
  return found === expected ? [] : [`${what}: ${found}, but acknowledged were ${expected}`]
}
