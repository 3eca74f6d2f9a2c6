/** Filters of which more matched a moment ago than a list counts to: so many do not go within seconds, and a list is asked for every other second. */
import { Kept } from './kept.ts'
import { type ExecutionFilter, filterKey } from './questions/execution-filter.ts'
import type { Scope } from './questions/question.ts'
import type { Runner } from './run.ts'

/** By runner, so that each server of a process has its own. */
const KNOWN = new WeakMap<Runner, Kept<true>>()

/** Whether more than is counted to matched in the newest day, whatever the range around it. */
export function isKnownMany(runner: Runner, scope: Scope, filter: ExecutionFilter, nowMs: number): boolean {
  return KNOWN.get(runner)?.get(filterKey(scope, filter), nowMs) ?? false
}

export function noteMany(runner: Runner, scope: Scope, filter: ExecutionFilter, nowMs: number): void {
  const known = KNOWN.get(runner) ?? new Kept<true>({ keepMs: 10_000, entriesMax: 1_000 })
  KNOWN.set(runner, known)
  known.set(filterKey(scope, filter), nowMs, true)
}
