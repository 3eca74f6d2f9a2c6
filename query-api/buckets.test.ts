import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketCount, bucketStart } from './buckets.ts'
import { type Range, resolveRange, TIME_RANGE_NAMES } from './range.ts'
import { NS_PER_DAY, parseTime } from './time.ts'

const NOW_MS = Date.parse('2026-11-20T12:34:56.700Z')
const range = (from: string, to: string): Range => ({ from: parseTime(from), to: parseTime(to) })

describe('a range that ends now', () => {
  it('ends at the next whole second', () => {
    expect(resolveRange({}, NOW_MS, '24h')).toEqual(range('2026-11-19T12:34:57Z', '2026-11-20T12:34:57Z'))
    expect(resolveRange({ time_range: '1h' }, NOW_MS, '24h').to).toBe(parseTime('2026-11-20T12:34:57Z'))
  })

  it('ends at the next whole hour when it is longer than a day', () => {
    expect(resolveRange({ time_range: '7d' }, NOW_MS, '24h').to).toBe(parseTime('2026-11-20T13:00:00Z'))
    expect(resolveRange({ time_range: '30d' }, NOW_MS, '24h')).toEqual(
      range('2026-10-21T13:00:00Z', '2026-11-20T13:00:00Z'),
    )
  })

  it('is refused beside from and to', () => {
    expect(() => resolveRange({ time_range: '1h', from: '2026-11-20T00:00:00Z' }, NOW_MS, '24h')).toThrow(/not both/)
  })

  it('is refused when it starts after its end', () => {
    expect(() => resolveRange({ from: '2026-11-21T00:00:00Z' }, NOW_MS, '24h')).toThrow(/earlier/)
  })
})

describe('buckets', () => {
  it.each([
    ['1h', 12],
    ['6h', 12],
    ['24h', 24],
    ['7d', 14],
    ['30d', 30],
    ['90d', 30],
  ] as const)('of %s are %i', (name, count) => {
    expect(bucketCount(resolveRange({ time_range: name }, NOW_MS, '24h'))).toBe(count)
  })

  it('of any other range have a width that is easy to read where one divides it', () => {
    expect(bucketCount(range('2026-11-18T00:00:00Z', '2026-11-20T00:00:00Z'))).toBe(24)
    expect(bucketCount(range('2026-11-20T00:00:00Z', '2026-11-20T00:40:00Z'))).toBe(40)
  })

  it('number 24 to 48 for any other range, and cover it exactly', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 400n * NS_PER_DAY), (length) => {
        const from = parseTime('2026-01-01T00:00:00Z')
        const of = { from, to: from + length }
        const count = bucketCount(of)
        const isFixed = TIME_RANGE_NAMES.some(
          (name) => bucketCount(resolveRange({ time_range: name }, 0, '24h')) === count,
        )
        expect(isFixed || (count >= 24 && count <= 48)).toBe(true)
        expect(bucketStart(of, count, 0)).toBe(of.from)
        expect(bucketStart(of, count, count)).toBe(of.to)
      }),
    )
  })

  it('begin where the cut of the questions begins', () => {
    const of = { from: 0n, to: 100n }
    for (let t = 0n; t < 100n; t++) {
      const index = Number((t * 24n) / 100n)
      expect(bucketStart(of, 24, index) <= t && t < bucketStart(of, 24, index + 1)).toBe(true)
    }
  })
})
