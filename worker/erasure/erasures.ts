/** The rows that ask for erasures and tell of them. */
import { type ClickHouseClient, ERASURES, type ErasureState, type ErasureTarget } from '@runlens/clickhouse'
import type { Erasure } from './erasure-sql.ts'
import type { Found } from './mutations.ts'

export interface StoredErasure extends Erasure {
  state: ErasureState
  requestedMs: number
  /** 0: never. */
  endedMs: number
  sweptMs: number
  suppressedUntilMs: number
  /** Rows by table. */
  rows: Record<string, number>
  found: Found
  fault: string
}

const millis = (column: string) => `toString(toUnixTimestamp64Milli(${column}))`

/** All that are not over: those to do, and those that something late may still come of, as long ago swept as can be first. */
export async function readErasures(client: ClickHouseClient): Promise<StoredErasure[]> {
  const result = await client.query({
    query: `SELECT tenant, id, target, subject_hash, state, fault, erased_json, ${millis('requested_at')} AS requested,
  ${millis('ended_at')} AS ended, ${millis('swept_at')} AS swept, ${millis('suppressed_until')} AS suppressed
FROM erasures FINAL
WHERE subject_hash != ''
ORDER BY state IN ('done'), swept_at, requested_at
LIMIT 1000`,
    format: 'JSONEachRow',
  })
  type Answer = Record<'tenant' | 'id' | 'subject_hash' | 'fault' | 'erased_json', string> &
    Record<'requested' | 'ended' | 'swept' | 'suppressed', string> & { target: ErasureTarget; state: ErasureState }
  return (await result.json<Answer>()).map((row) => {
    const erased = JSON.parse(row.erased_json || '{}') as Partial<Pick<StoredErasure, 'rows'> & Found>
    return {
      tenant: row.tenant,
      id: row.id,
      target: row.target,
      subjectHash: row.subject_hash,
      state: row.state,
      requestedMs: Number(row.requested),
      endedMs: Number(row.ended),
      sweptMs: Number(row.swept),
      suppressedUntilMs: Number(row.suppressed),
      rows: erased.rows ?? {},
      found: { hours: erased.hours ?? [], traces: erased.traces ?? [] },
      fault: row.fault,
    }
  })
}

export async function writeErasure(client: ClickHouseClient, one: StoredErasure): Promise<void> {
  const time = (ms: number) => new Date(ms).toISOString().slice(0, -1).replace('T', ' ')
  const row = {
    tenant: one.tenant,
    id: one.id,
    target: one.target,
    subject_hash: one.subjectHash,
    state: one.state,
    requested_at: time(one.requestedMs),
    ended_at: time(one.endedMs),
    swept_at: time(one.sweptMs),
    suppressed_until: time(one.suppressedUntilMs),
    erased_json: JSON.stringify({ rows: one.rows, ...one.found }),
    fault: one.fault,
  }
  await client.insert({ table: ERASURES.name, format: 'JSONEachRow', values: [row] })
}

/** A second look at what was on its way, soon after the first; then less and less often. */
const SWEEP_FIRST_MS = 10_000
const SWEEP_SHARE = 10
const SWEEP_LONGEST_MS = 3_600_000
const REPEAT_MS = 60_000

/** Whether something is to do for it now. */
export function isErasureDue(one: StoredErasure, nowMs: number): boolean {
  if (one.state === 'failed') return nowMs - one.sweptMs >= REPEAT_MS
  if (one.state !== 'done') return true
  const age = nowMs - one.requestedMs
  return nowMs - one.sweptMs >= Math.min(SWEEP_LONGEST_MS, Math.max(SWEEP_FIRST_MS, age / SWEEP_SHARE))
}
