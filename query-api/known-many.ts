/** Filters of which more matched a moment ago than a list counts to: so many do not go within seconds, and a list is asked for every other second. */
import type { ExecutionFilter } from './questions/execution-filter.ts'
import type { Scope } from './questions/question.ts'
import type { Runner } from './run.ts'

const KEEP_MS = 10_000
const ENTRIES_MAX = 1_000

/** Until when each is known, milliseconds since the epoch; by runner, so that each server of a process has its own. */
const KNOWN = new WeakMap<Runner, Map<string, number>>()

/** Whether more than is counted to matched in the newest day, whatever the range around it. */
export function isKnownMany(runner: Runner, scope: Scope, filter: ExecutionFilter, nowMs: number): boolean {
  return (KNOWN.get(runner)?.get(keyOf(scope, filter)) ?? 0) > nowMs
}

export function noteMany(runner: Runner, scope: Scope, filter: ExecutionFilter, nowMs: number): void {
  const known = KNOWN.get(runner) ?? new Map<string, number>()
  KNOWN.set(runner, known)
  const key = keyOf(scope, filter)
  known.delete(key)
  known.set(key, nowMs + KEEP_MS)
  const [oldest] = known.keys()
  if (known.size > ENTRIES_MAX && oldest !== undefined) known.delete(oldest)
}

/** Ranges that end now and the moment since when nobody was heard move on with every asking. */
function keyOf(scope: Scope, { range: { to }, silence: _, ...filter }: ExecutionFilter): string {
  return JSON.stringify([scope, filter, to === null ? null : String(to)])
}
