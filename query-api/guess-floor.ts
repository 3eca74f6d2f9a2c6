/** How slow the slowest are, remembered for a minute: a guess stays one, and whoever uses it counts what it let through. */
import { perRunner } from './per-runner.ts'
import { durationFloor, hasDurationFloor } from './questions/duration-floor.ts'
import type { Page } from './questions/list-executions.ts'
import { Remembered } from './remembered.ts'
import type { PageReader } from './search-page.ts'
import { floorDiv, NS_PER_HOUR, NS_PER_MS } from './time.ts'

export interface Floor {
  /** A duration in milliseconds that the executions of a page probably reach. */
  floorMs: number
  /** Fewer did, or far more. */
  isMisleading: boolean
}

const KEPT = { keepMs: 60_000, entriesMax: 1_000 }
/** Pages of about one size share a guess. */
const EXECUTIONS_STEP = 32

const floorsOf = perRunner(() => new Remembered<Floor | null>(KEPT))

/** What so many executions probably reach; null where the rollup knows too few, or the page is about something else than the slowest. */
export async function guessFloor(
  { runner, scope, filter, nowNs }: PageReader,
  page: Page,
  executions: number,
): Promise<Floor | null> {
  // The rollup knows no owners.
  if (scope.owner !== undefined) return null
  if (page.sort !== 'duration_ms' || page.order === 'asc' || page.after || !hasDurationFloor(filter)) return null
  const wanted = Math.ceil(executions / EXECUTIONS_STEP) * EXECUTIONS_STEP
  const [from, to] = [filter.range.from, filter.range.to].map((at) => (at === null ? null : floorDiv(at, NS_PER_HOUR)))
  const key = JSON.stringify([scope.tenant, filter.kind, filter.equal, String(from), String(to), wanted])
  return floorsOf(runner).get(key, Number(nowNs / NS_PER_MS), async () => {
    const [found] = await runner.ask(durationFloor(scope, filter, wanted))
    return found ? { floorMs: found.floor_ms, isMisleading: false } : null
  })
}
