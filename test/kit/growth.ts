/** Whether work grows with its size and not with the square of it, told by comparing it with itself: no machine is too slow for that. */
import { expect } from 'vitest'

/** How much larger the large piece of work is. */
const TIMES = 16
/** Linear work costs 16 times as much, quadratic work 256 times. */
const COST_TIMES_MAX = 64
/** What the small one is taken to cost at least: less can't be measured, and costs nobody anything. */
const COST_US_MIN = 500
/** Others on the machine can only make it dearer: the cheapest of some counts. */
const TRIES = 8

/** @param size of the large piece of work, for which quadratic work would cost seconds */
export function expectNoSquare(work: (size: number) => void, size: number): void {
  const small = Math.max(COST_US_MIN, Math.min(...Array.from({ length: TRIES }, () => cost(() => work(size / TIMES)))))
  let large = Number.POSITIVE_INFINITY
  for (let n = 0; n < TRIES / 2 && large >= small * COST_TIMES_MAX; n++)
    large = Math.min(
      large,
      cost(() => work(size)),
    )
  expect(large / small).toBeLessThan(COST_TIMES_MAX)
}

/** CPU time of this process, µs, which goes on only while it works. */
function cost(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}
