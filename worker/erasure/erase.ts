/**
 * Erases what an erasure means from all tables, step by step. Executions go last, because the other tables are searched by them: stopped
 * anywhere it can begin again, and run twice it finds nothing more.
 */
import { type ClickHouseClient, untoldTerms } from '@runlens/clickhouse'
import { readPosition } from '../jobs/status.ts'
import { SETTLE_JOB } from '../settle/settle-job.ts'
import { eraseFigures, markHours, readDoomedHours } from './erase-figures.ts'
import {
  type Erasure,
  IS_ERASED_KEY,
  IS_ERASED_TRACE,
  isDoomedChange,
  isDoomedRaw,
  isDoomedTerm,
  keysToErase,
  parametersOf,
  RAW_TABLES,
  TRACES_TO_ERASE,
} from './erasure-sql.ts'
import { type Found, type Progress, remove } from './mutations.ts'
import { noteOwnSpans, readSharedTraces, type SettleSettings, settleRest } from './shared-traces.ts'

/** An insert that began earlier than this can be seen by now: its rows may be older than the position of settling. */
const VISIBLE_WITHIN_MS = 15_000n

export interface EraseOptions {
  client: ClickHouseClient
  erasure: Erasure
  settings: SettleSettings
  nowMs: number
  /** What an earlier try found, which may be gone by now. */
  found: Found
}

export async function* erase(options: EraseOptions): AsyncGenerator<Progress> {
  const { client, erasure, settings, nowMs } = options
  const { tenant, target } = erasure
  // Before the executions are looked for: what is settled from here on may be an execution that was not found. 0 until settling has told how far it is.
  const seen = (BigInt(nowMs) - VISIBLE_WITHIN_MS) * 1_000n
  const settled = least(await readPosition(client, SETTLE_JOB), seen)
  await noteKeys(client, erasure)
  const { found } = options
  const hours = union(found.hours, await readDoomedHours(client, erasure)).sort((a, b) => a - b)
  const shared = union(found.traces, await readSharedTraces(client, erasure))
  await noteOwnSpans(client, erasure, shared, settings, nowMs)
  yield { hours, traces: shared }
  for (const table of RAW_TABLES) {
    yield* remove(client, erasure, table, isDoomedRaw(table, target), { ...parametersOf(erasure), settled, seen })
  }
  await settleRest(client, tenant, shared, settings, nowMs)
  yield* removeOldVersions(client, erasure, shared)
  const parameters = parametersOf(erasure)
  yield* remove(client, erasure, 'execution_changes', isDoomedChange(target), parameters)
  yield* remove(client, erasure, 'execution_terms', isDoomedTerm(target), parameters)
  yield* remove(client, erasure, 'traces', `tenant = {tenant:String} AND ${IS_ERASED_TRACE}`, parameters)
  for (const table of ['trace_executions', 'execution_locator', 'executions']) {
    const where = `tenant = {tenant:String} AND (${IS_ERASED_KEY} OR ${IS_ERASED_TRACE})`
    yield* remove(client, erasure, table, where, parameters)
  }
  await markHours(client, tenant, hours)
  yield* eraseFigures(client, erasure, hours)
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function union<T>(a: readonly T[], b: readonly T[]): T[] {
  return [...new Set([...a, ...b])]
}

/** Executions that name the target, the traces in which nobody else is, and what else ever came of these. */
async function noteKeys(client: ClickHouseClient, erasure: Erasure): Promise<void> {
  for (const keys of [keysToErase(erasure.target), TRACES_TO_ERASE, keysToErase(erasure.target)]) {
    await client.command({
      query: `INSERT INTO erased_keys (tenant, erasure_id, key_hash, erased_at)
SELECT {tenant:String}, {erasure:String}, * , now() FROM (${keys})`,
      query_params: parametersOf(erasure),
    })
  }
}

/** Earlier versions of executions that shared a trace with what went may still hold something of it. */
async function* removeOldVersions(
  client: ClickHouseClient,
  erasure: Erasure,
  traces: readonly string[],
): AsyncGenerator<Progress> {
  if (traces.length === 0) return
  const others = `tenant = {tenant:String} AND (execution_id, instance) IN
  (SELECT execution_id, instance FROM trace_executions WHERE tenant = {tenant:String} AND has({traces:Array(String)}, lower(hex(trace_id))))`
  const where = `${others} AND (anchor_at, execution_id, instance, version) NOT IN
  (SELECT anchor_at, execution_id, instance, max(version) FROM executions WHERE ${others} GROUP BY anchor_at, execution_id, instance)`
  const parameters = { ...parametersOf(erasure), traces }
  yield* remove(client, erasure, 'executions', where, parameters)
  // Of versions that are gone by now, or were before.
  yield* remove(client, erasure, 'execution_terms', untoldTerms(others), parameters)
}
