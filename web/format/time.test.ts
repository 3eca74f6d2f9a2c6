import { describe, expect, it } from 'vitest'
import { formatAgo, formatClock, formatExactly } from './time.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const before = (seconds: number) => new Date(NOW - seconds * 1000).toISOString()

describe('how long ago', () => {
  it.each([
    [0, 'now'],
    [-30, 'now'],
    [-120, 'ahead of now'],
    [1, '1 s ago'],
    [59, '59 s ago'],
    [60, '1 m ago'],
    [3_599, '59 m ago'],
    [3_600, '1 h ago'],
    [86_399, '23 h ago'],
    [86_400, '1 d ago'],
    [40 * 86_400, '40 d ago'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatAgo(before(seconds), NOW)).toBe(text)
  })
})

it('leaves the date out on the same day only', () => {
  expect(formatClock(before(5), NOW)).toMatch(/^\d\d:\d\d:\d\d$/)
  expect(formatClock(before(86_400), NOW)).toMatch(/^19 Nov \d\d:\d\d:\d\d$/)
})

it('tells a moment in local time with its offset, and as the API told it', () => {
  expect(formatExactly('2026-11-20T12:00:00.123456789Z')).toMatch(
    /^2026-11-(19|20|21) \d\d:\d\d:00\.123 [+−]\d\d:\d\d {2}· {2}2026-11-20T12:00:00\.123456789Z$/,
  )
})
