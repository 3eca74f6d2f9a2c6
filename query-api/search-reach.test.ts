import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reachOf } from './search-reach.ts'

const HOUR = 3_600_000_000_000n
const at = (hours: number) => BigInt(Math.round(hours * 3_600)) * 1_000_000_000n
const hoursOf = (counts: Record<number, number>) =>
  Object.entries(counts)
    .map(([hour, executions]) => ({ hour_s: Number(hour) * 3_600, executions: String(executions) }))
    .sort((a, b) => b.hour_s - a.hour_s)

describe('how far so many executions reach', () => {
  it('is a part of an hour, or several', () => {
    expect(reachOf(hoursOf({ 9: 1_000 }), at(10), 250)).toBe(at(9.75))
    expect(reachOf(hoursOf({ 9: 1_000, 8: 100 }), at(10), 1_050)).toBe(at(8.5))
    expect(reachOf(hoursOf({ 9: 1_000, 8: 100 }), at(9.5), 250)).toBe(at(9.25))
  })

  it('goes over hours in which nothing was', () => {
    expect(reachOf(hoursOf({ 9: 100, 2: 100 }), at(10), 150)).toBe(at(2.5))
    expect(reachOf(hoursOf({ 2: 100 }), at(10), 50)).toBe(at(2.5))
  })

  it('takes the hour that is being built to be as full as the one before', () => {
    expect(reachOf(hoursOf({ 9: 1_000 }), at(10.5), 250)).toBe(at(10.25))
    expect(reachOf(hoursOf({ 9: 1_000 }), at(10.5), 750)).toBe(at(9.75))
  })

  it('is not known where there are fewer', () => {
    expect(reachOf([], at(10), 1)).toBeNull()
    expect(reachOf(hoursOf({ 9: 1_000 }), at(10), 1_001)).toBeNull()
  })

  it('ends with the hours that are told, where these are as many as are asked for', () => {
    const told = (count: number) => hoursOf(Object.fromEntries(Array.from({ length: count }, (_, n) => [n + 1, 1])))
    expect(reachOf(told(1_000), at(1_001), 5_000)).toBe(at(1))
    expect(reachOf(told(999), at(1_000), 5_000)).toBeNull()
  })

  it('always lies before, so that going on comes to an end', () => {
    const hours = fc.dictionary(fc.integer({ min: 0, max: 30 }).map(String), fc.integer({ min: 1, max: 40_000_000 }))
    fc.assert(
      fc.property(
        hours,
        fc.bigInt({ min: 0n, max: 31n * HOUR }),
        fc.integer({ min: 1, max: 500_000 }),
        (counts, top, n) => {
          const reach = reachOf(
            hoursOf(counts).filter(({ hour_s }) => BigInt(hour_s) * 1_000_000_000n <= top),
            top,
            n,
          )
          expect(reach === null || reach < top).toBe(true)
        },
      ),
    )
  })
})
