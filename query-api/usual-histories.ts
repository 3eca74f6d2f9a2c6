/** How long workflows usually take, remembered where it is known well: it takes a week to be read, and a thousand runs don't change within a minute. */
import { Kept } from './kept.ts'
import { perRunner } from './per-runner.ts'
import { dirtyHours } from './questions/dirty-hours.ts'
import type { Scope } from './questions/question.ts'
import { type UsualDuration, usualDurations } from './questions/usual-durations.ts'
import type { Runner } from './run.ts'
import { NS_PER_MS, NS_PER_SECOND } from './time.ts'

/** Executions of a history that is remembered. Shorter ones are asked for each time, and cost little. */
const WELL_KNOWN = 1_000
const historiesOf = perRunner(() => new Kept<UsualDuration>({ keepMs: 60_000, entriesMax: 10_000 }))

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
  const known = historiesOf(runner)
  const keyOf = (workflowId: string) => JSON.stringify([scope, workflowId])
  const remembered = workflowIds.flatMap((id) => known.get(keyOf(id), nowMs) ?? [])
  const unknown = workflowIds.filter((id) => !remembered.some(({ workflow_id }) => workflow_id === id))
  if (unknown.length === 0) return remembered
  const toNs = BigInt(nowMs) * NS_PER_MS
  const dirty = await runner.ask(dirtyHours(scope, fromNs, toNs), signal)
  const rawHours = dirty.map(({ hour }) => hour).filter((hour) => BigInt(hour) * NS_PER_SECOND >= fromNs)
  const of = { workflowIds: unknown, fromNs, toNs, rawHours }
  const asked = await runner.ask(usualDurations(scope, of), signal)
  for (const history of asked) {
    if (Number(history.executions) >= WELL_KNOWN) known.set(keyOf(history.workflow_id), nowMs, history)
  }
  return [...remembered, ...asked]
}
