import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { recordedSpans } from '../test/kit/recorded-spans.ts'
import { now, toHrTime } from './clock.ts'
import { withExecution } from './execution/with-execution.ts'

/** How far the two may be apart: the drift that is let be, and what the one leaves out of a millisecond. */
const APART_MS_MAX = 21

/** However long this process had to wait between one look and the next. */
function expectNearTheWallClock(): void {
  const before = Date.now()
  const time = now()
  const after = Date.now()
  expect(time).toBeGreaterThanOrEqual(before - APART_MS_MAX)
  expect(time).toBeLessThanOrEqual(after + APART_MS_MAX)
}

it('goes forward in less than milliseconds, near the wall clock', () => {
  const times = Array.from({ length: 1_000 }, now)
  expect([...times].sort((a, b) => a - b)).toEqual(times)
  // Some of one millisecond differ.
  expect(new Set(times).size).toBeGreaterThan(new Set(times.map(Math.floor)).size)
  expectNearTheWallClock()
  expect(toHrTime(1_700_000_000_123.5)).toEqual([1_700_000_000, 123_500_000])
})

/** Longer than between two looks at the wall clock. */
const A_LOOK_MS = 20

it('follows a wall clock that was set', async () => {
  const real = Date.now()
  vi.spyOn(Date, 'now').mockReturnValue(real + 3_600_000)
  try {
    await sleep(A_LOOK_MS)
    expect(now() - real).toBeGreaterThan(3_599_000)
  } finally {
    vi.restoreAllMocks()
  }
  await sleep(A_LOOK_MS)
  expectNearTheWallClock()
})

it('orders what follows one another, and holds children within their parents', async () => {
  for (let round = 0; round < 50; round++) {
    const spans = await recordedSpans(() =>
      withExecution({ workflow: 'w' }, (execution) => {
        execution.step('a', (step) => step.step('a inner', () => {}))
        execution.step('b', () => {})
      }),
    )
    const [inner, a, b, root] = spans
    const order = [root!.startMs, a!.startMs, inner!.startMs, inner!.endMs, a!.endMs, b!.startMs, b!.endMs, root!.endMs]
    expect([...order].sort((x, y) => x - y)).toEqual(order)
  }
})
