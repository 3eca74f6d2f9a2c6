import { describe, expect, it } from 'vitest'
import { barOf, domainOf, ticksOf } from './layout.ts'

const step = (start_offset_ms: number, duration_ms: number | null) => ({ start_offset_ms, duration_ms })

describe('the time axis', () => {
  it('reaches over the execution and over steps that began before or ended after it', () => {
    expect(domainOf([step(10, 20)], 100, 5_000)).toEqual({ startMs: 0, endMs: 100 })
    expect(domainOf([step(-10, 20), step(90, 30)], 100, 5_000)).toEqual({ startMs: -10, endMs: 120 })
  })

  it('grows with the clock while a step is open, and not while nothing runs', () => {
    expect(domainOf([step(10, 20), step(30, null)], null, 400)).toEqual({ startMs: 0, endMs: 400 })
    expect(domainOf([step(10, 20)], null, 400)).toEqual({ startMs: 0, endMs: 30 })
  })

  it('has a length even when nothing took any time', () => {
    const { startMs, endMs } = domainOf([step(0, 0)], 0, 0)
    expect(endMs).toBeGreaterThan(startMs)
  })

  it('is found for more steps than a function takes arguments', () => {
    const steps = Array.from({ length: 200_000 }, (_, n) => step(n, 1))
    expect(domainOf(steps, null, 0).endMs).toBe(200_000)
  })
})

describe('a bar', () => {
  const domain = { startMs: 0, endMs: 200 }

  it('stands where its step ran', () => {
    expect(barOf(step(50, 100), domain, 200, 0)).toEqual({ left: 25, width: 50 })
  })

  it('of an open step reaches to now, and to the end of an execution that ended without it', () => {
    expect(barOf(step(100, null), domain, null, 150)).toEqual({ left: 50, width: 25 })
    expect(barOf(step(100, null), domain, 200, 9_999)).toEqual({ left: 50, width: 50 })
  })

  it('has no negative width when clocks disagree', () => {
    expect(barOf(step(100, -50), domain, 200, 0)).toEqual({ left: 50, width: 0 })
    expect(barOf(step(100, null), domain, null, 50)).toEqual({ left: 50, width: 0 })
  })
})

describe('the ticks', () => {
  it.each([
    [0, 100, 5, [0, 20, 40, 60, 80, 100]],
    [0, 0.09, 5, [0, 0.02, 0.04, 0.06, 0.08]],
    [-10, 95, 5, [0, 50]],
    [0, 3_500, 4, [0, 1_000, 2_000, 3_000]],
    [0, 240_000, 4, [0, 60_000, 120_000, 180_000, 240_000]],
    [0, 20 * 86_400_000, 5, [0, 4, 8, 12, 16, 20].map((days) => days * 86_400_000)],
  ])('from %d to %d ms are at most one more than %d, and round', (startMs, endMs, countMax, expected) => {
    const ticks = ticksOf({ startMs, endMs }, countMax)
    expect(ticks.map((ms) => Number(ms.toPrecision(12)))).toEqual(expected)
  })
})
