/** How slow the slowest are, remembered for a minute: a guess stays one, and whoever uses it counts what it let through. */
import { durationFloor } from './questions/duration-floor.ts'
import type { ExecutionFilter } from './questions/execution-filter.ts'
import type { Scope } from './questions/question.ts'
import { Remembered } from './remembered.ts'
import type { Runner } from './run.ts'
import { floorDiv, NS_PER_HOUR } from './time.ts'

const KEPT = { keepMs: 60_000, entriesMax: 1_000 }
/** Pages of about one size share a guess. */
const EXECUTIONS_STEP = 32

/** By runner, so that each server of a process has its own. */
const KNOWN = new WeakMap<Runner, Remembered<number | null>>()

/**
 * A duration in milliseconds that so many executions probably reach; null where the rollup knows too few.
 * @param filter one that has a floor
 */
export function guessFloor(
  runner: Runner,
  scope: Scope,
  filter: ExecutionFilter,
  executions: number,
  nowMs: number,
): Promise<number | null> {
  const known = KNOWN.get(runner) ?? new Remembered<number | null>(KEPT)
  KNOWN.set(runner, known)
  const wanted = Math.ceil(executions / EXECUTIONS_STEP) * EXECUTIONS_STEP
  const [from, to] = [filter.range.from, filter.range.to].map((at) => (at === null ? null : floorDiv(at, NS_PER_HOUR)))
  const key = JSON.stringify([scope.tenant, filter.kind, filter.equal, String(from), String(to), wanted])
  return known.get(key, nowMs, async () => {
    const [floor] = await runner.ask(durationFloor(scope, filter, wanted))
    return floor?.floor_ms ?? null
  })
}
