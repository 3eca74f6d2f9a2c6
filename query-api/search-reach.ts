/** How far back in time a bounded number of executions reaches: a guess out of the rollup, remembered for a minute. */
import { perRunner } from './per-runner.ts'
import { HOURS_MAX, type HourTotal, newestTotals } from './questions/newest-totals.ts'
import type { Scope } from './questions/question.ts'
import { Remembered } from './remembered.ts'
import type { Runner } from './run.ts'
import { floorDiv, NS_PER_HOUR, NS_PER_MS, NS_PER_SECOND } from './time.ts'

const KEPT = { keepMs: 60_000, entriesMax: 100 }

const totalsOf = perRunner(() => new Remembered<readonly HourTotal[]>(KEPT))

/** The start of about the last `executions` of them before `topNs`, nanoseconds; null where the rollup knows of fewer. */
export async function searchReach(
  runner: Runner,
  scope: Scope,
  topNs: bigint,
  executions: number,
  nowNs: bigint,
): Promise<bigint | null> {
  const key = JSON.stringify([scope.tenant, String(floorDiv(topNs, NS_PER_HOUR)), executions])
  // Not stopped with the one who asks first: others wait for it, too.
  const hours = await totalsOf(runner).get(key, Number(nowNs / NS_PER_MS), () =>
    runner.ask(newestTotals(scope, topNs, executions)),
  )
  const reach = reachOf(hours, topNs, executions)
  return reach === null ? null : steady(reach, topNs)
}

/** A little earlier, so that it stays for a while as time passes, and with it the answer that tells it. */
function steady(reachNs: bigint, topNs: bigint): bigint {
  let step = NS_PER_SECOND / 8n
  while (step * 32n <= topNs - reachNs) step *= 2n
  return floorDiv(reachNs, step) * step
}

/**
 * Executions lie evenly in an hour. The hour that is being built is taken to be as full as the one before, if that is known.
 * Where more hours than are told hold fewer, it is the start of the oldest of them.
 * @param hours newest first
 */
export function reachOf(hours: readonly HourTotal[], topNs: bigint, executions: number): bigint | null {
  const [newest] = hours
  if (!newest) return null
  const nextStart = startOf(newest) + NS_PER_HOUR
  const isNext = topNs > nextStart && topNs <= nextStart + NS_PER_HOUR
  const spans = isNext ? [{ start: nextStart, executions: BigInt(newest.executions) }] : []
  spans.push(...hours.map((hour) => ({ start: startOf(hour), executions: BigInt(hour.executions) })))
  let left = BigInt(executions)
  for (const { start, executions: held } of spans) {
    const end = topNs < start + NS_PER_HOUR ? topNs : start + NS_PER_HOUR
    const inside = ((end - start) * held) / NS_PER_HOUR
    if (inside >= left) return end - (left * NS_PER_HOUR) / held
    left -= inside
  }
  const oldest = hours.at(-1)
  return oldest && hours.length >= HOURS_MAX ? startOf(oldest) : null
}

function startOf({ hour_s }: HourTotal): bigint {
  return BigInt(hour_s) * NS_PER_SECOND
}
