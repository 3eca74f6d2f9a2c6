import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTime, parseTime } from './time.ts'

describe('times', () => {
  it('keep every digit down to the nanosecond', () => {
    expect(parseTime('2026-11-20T10:15:00.123456789Z')).toBe(1_795_169_700_123_456_789n)
    expect(formatTime(1_795_169_700_123_456_789n)).toBe('2026-11-20T10:15:00.123456789Z')
  })

  it('are written with as many digits as they need, three at least', () => {
    expect(formatTime(1_795_169_700_000_000_000n)).toBe('2026-11-20T10:15:00.000Z')
    expect(formatTime(1_795_169_700_120_000_000n)).toBe('2026-11-20T10:15:00.120Z')
    expect(formatTime(1_795_169_700_000_001_000n)).toBe('2026-11-20T10:15:00.000001Z')
  })

  it('are read with any offset', () => {
    expect(parseTime('2026-11-20T12:15:00.5+02:00')).toBe(parseTime('2026-11-20T10:15:00.500Z'))
  })

  it('before the epoch count from the second below', () => {
    expect(formatTime(-1n)).toBe('1969-12-31T23:59:59.999999999Z')
  })

  it('come back as they were', () => {
    fc.assert(fc.property(fc.bigInt(0n, 9_000_000_000_000_000_000n), (ns) => parseTime(formatTime(ns)) === ns))
  })
})
