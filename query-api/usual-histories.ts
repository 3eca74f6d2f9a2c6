/** How long workflows usually take, remembered where it is known well: it takes a week to be read, and a thousand runs don't change within a minute. */
import { dirtyHours } from './questions/dirty-hours.ts'
import type { Scope } from './questions/question.ts'
import { type UsualDuration, usualDurations } from './questions/usual-durations.ts'
import type { Runner } from './run.ts'
import { NS_PER_MS, NS_PER_SECOND } from './time.ts'

/** Executions of a history that is remembered. Shorter ones are asked for each time, and cost little. */
const WELL_KNOWN = 1_000
const KEEP_MS = 60_000
const ENTRIES_MAX = 10_000

interface Remembered {
  history: UsualDuration
  untilMs: number
}

/** By runner, so that each server of a process has its own. */
const KNOWN = new WeakMap<Runner, Map<string, Remembered>>()

export interface WantedHistories {
  workflowIds: readonly string[]
  /** Of executions that started since then, nanoseconds. */
  fromNs: bigint
  nowMs: number
}

export async function usualHistories(
  runner: Runner,
  scope: Scope,
  { workflowIds, fromNs, nowMs }: WantedHistories,
  signal: AbortSignal,
): Promise<UsualDuration[]> {
  const known = KNOWN.get(runner) ?? new Map<string, Remembered>()
  KNOWN.set(runner, known)
  const keyOf = (workflowId: string) => JSON.stringify([scope, workflowId])
  const remembered = workflowIds.flatMap((id) => {
    const found = known.get(keyOf(id))
    return found && found.untilMs > nowMs ? [found.history] : []
  })
  const unknown = workflowIds.filter((id) => !remembered.some(({ workflow_id }) => workflow_id === id))
  if (unknown.length === 0) return remembered
  const toNs = BigInt(nowMs) * NS_PER_MS
  const dirty = await runner.ask(dirtyHours(scope, fromNs, toNs), signal)
  const rawHours = dirty.map(({ hour }) => hour).filter((hour) => BigInt(hour) * NS_PER_SECOND >= fromNs)
  const of = { workflowIds: unknown, fromNs, toNs, rawHours }
  const asked = await runner.ask(usualDurations(scope, of), signal)
  for (const history of asked) {
    if (Number(history.executions) < WELL_KNOWN) continue
    const key = keyOf(history.workflow_id)
    known.delete(key)
    known.set(key, { history, untilMs: nowMs + KEEP_MS })
  }
  for (const oldest of known.keys()) {
    if (known.size <= ENTRIES_MAX) break
    known.delete(oldest)
  }
  return [...remembered, ...asked]
}
