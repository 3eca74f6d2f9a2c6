/** Writes a run through the collector and waits until it can be read back as it was written. */
import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPlaceholder } from '@runlens/runtime'
import { type FoundExecution, findExecution } from '../find-execution.ts'
import { momentsOf } from '../meta.ts'
import { ProblemError } from '../problem.ts'
import type { Scope } from '../questions/question.ts'
import type { ReadExecution } from '../questions/read-executions.ts'
import type { Services } from '../routes/route.ts'
import type { CreateRun, PatchRun, RunRecord } from '../schema/history.ts'
import { isOpen } from '../shape-execution.ts'
import { keptOutput } from './kept-output.ts'
import { readLogs } from './read-logs.ts'
import { endedRun, runLog, startedRun, updatedRun } from './run-otlp.ts'
import { API_SERVICE, newRun, patchedRun, type RunState, storedRun } from './run-state.ts'
import { shapeRecord } from './shape-record.ts'

export interface Writing {
  services: Pick<Services, 'runner' | 'now' | 'lostAfterMs' | 'sendOtlp'>
  scope: Scope
  /** Whose run it is; null for a credential of no user. */
  userId: string | null
  signal: AbortSignal
}

/** How long what was written may take to be seen. */
const VISIBLE_WITHIN_MS = 5_000
const LOOK_EVERY_MS = 100

/** @throws ProblemError of the collector, `write_not_visible` */
export async function createRun(writing: Writing, body: CreateRun): Promise<string> {
  const { services, scope, userId, signal } = writing
  const executionId = randomUUID()
  const ids = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') }
  const run = newRun(body, { executionId, ...ids, userId, startedNs: nowNs(services) })
  await services.sendOtlp(scope.tenant, startedRun(run), signal)
  await whenVisible(writing, executionId, async () => true)
  return executionId
}

/** @throws ProblemError `execution_not_found`, `execution_foreign`, `execution_finished`, those of the collector, `write_not_visible` */
export async function patchRun(writing: Writing, executionId: string, patch: PatchRun): Promise<RunRecord> {
  const { services, scope, signal } = writing
  const { row } = await find(writing, executionId)
  if (row.instance !== API_SERVICE) {
    throw new ProblemError('execution_foreign', 'Whoever sends its telemetry says how it goes.')
  }
  const { execution_id: _id, ...changes } = patch
  if (Object.keys(changes).length === 0) return record(writing, row)
  const at = nowNs(services)
  const before = storedRun(row)
  const run = patchedRun(before, patch, at)
  if (run === null) {
    throw new ProblemError('execution_finished', `It is ${before.status}, so it can't be ${patch.status} any more.`)
  }
  // First what the end would not bring along, so that with the end everything is there.
  const { logs } = patch
  const hasLogs = logs !== undefined && logs !== null && logs.length > 0
  if (hasLogs) await services.sendOtlp(scope.tenant, runLog(run, logs, logTime(run, at)), signal)
  const told = isOpen(run.status) ? updatedRun(run, at) : endedRun(await withOutput(writing, row, before, run, patch))
  await services.sendOtlp(scope.tenant, told, signal)
  const seen = await whenVisible(writing, executionId, async (found) => {
    if (!shows(found, run)) return false
    return !hasLogs || JSON.stringify((await record(writing, found)).logs) === JSON.stringify(logs)
  })
  return record(writing, seen)
}

/** With the output that was told with an earlier end, if this one says nothing of it. */
async function withOutput(
  { services, scope }: Writing,
  row: ReadExecution,
  before: RunState,
  run: RunState,
  { result }: PatchRun,
): Promise<RunState> {
  const isKept = before.endedNs !== 0n && row.output !== '' && run.output === null && result === undefined
  return isKept ? { ...run, output: await keptOutput(services.runner, scope, before) } : run
}

async function record({ services, scope, signal }: Writing, row: ReadExecution): Promise<RunRecord> {
  const told = await readLogs({ ask: services.runner.askAnew }, scope, [row], signal)
  return shapeRecord(row, told.get(row.trace))
}

/** A log belongs to the time of its run, even if it is told later. */
function logTime(run: RunState, atNs: bigint): bigint {
  return run.endedNs !== 0n && run.endedNs < atNs ? run.endedNs : atNs
}

/** Whether a row shows everything that a PATCH can change. */
function shows(row: ReadExecution, run: RunState): boolean {
  const seen = storedRun(row)
  const sameEnd = run.endedNs === seen.endedNs
  const sameTexts = (run.output ?? seen.output) === seen.output && beginning(run.error) === beginning(seen.error)
  const isSame = (key: string) => String(seen.attributes[key] ?? '') === String(run.attributes[key] ?? '')
  return (
    seen.status === run.status &&
    sameEnd &&
    (sameTexts || row.output_truncated === 1 || isPlaceholder(row.output)) &&
    Object.keys(run.attributes).every(isSame)
  )
}

/** Settling may shorten a message, and keeps what follows its first paragraph elsewhere. */
function beginning(message: string | null): string | undefined {
  return message?.split('\n')[0]?.slice(0, 100)
}

async function whenVisible(
  writing: Writing,
  executionId: string,
  isSeen: (row: ReadExecution) => Promise<boolean>,
): Promise<ReadExecution> {
  const until = performance.now() + VISIBLE_WITHIN_MS
  while (performance.now() < until) {
    writing.signal.throwIfAborted()
    const found = await find(writing, executionId).catch((error: unknown) => {
      if (error instanceof ProblemError && error.code === 'execution_not_found') return undefined
      throw error
    })
    if (found && (await isSeen(found.row))) return found.row
    await sleep(LOOK_EVERY_MS)
  }
  const detail = `Execution ${executionId} is written and not visible yet; look for it in a moment, and do not write it again.`
  throw new ProblemError('write_not_visible', detail, { retryAfterSeconds: 5 })
}

/** Asked anew each time: an answer of a moment ago is what is not wanted here. */
function find({ services, scope, signal }: Writing, executionId: string): Promise<FoundExecution> {
  const runner = { ...services.runner, ask: services.runner.askAnew }
  return findExecution(runner, scope, { executionId, instance: undefined }, momentsOf(services), signal)
}

function nowNs({ now }: Pick<Services, 'now'>): bigint {
  return BigInt(now()) * 1_000_000n
}
