import { MESSAGES } from '@runlens/otlp'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RETRY_DELAY_MS_MAX, retryDelayMs } from './retry-delay.ts'

const STATUS = MESSAGES.lookupType('google.rpc.Status')
const RETRY_INFO = MESSAGES.lookupType('google.rpc.RetryInfo')

function status(retryDelay?: { seconds?: number; nanos?: number }): Buffer {
  const value = RETRY_INFO.encode({ retryDelay }).finish()
  const details = retryDelay ? [{ typeUrl: 'type.googleapis.com/google.rpc.RetryInfo', value }] : []
  return Buffer.from(STATUS.encode({ code: 14, message: 'later', details }).finish())
}

it('is what the server said, up to a bound', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 1, max: 999_999_999 }), (seconds, nanos) => {
      const said = seconds * 1000 + nanos / 1e6
      expect(retryDelayMs(status({ seconds, nanos }))).toBeCloseTo(Math.min(said, RETRY_DELAY_MS_MAX), 3)
    }),
  )
})

it('is a second where none is said, or one that is nothing, and unknown where waiting is no matter', () => {
  expect(
    [{}, { seconds: 0 }, { seconds: 0, nanos: 0 }, { seconds: -3 }].map((delay) => retryDelayMs(status(delay))),
  ).toEqual([1000, 1000, 1000, 1000])
  expect(retryDelayMs(status())).toBeUndefined()
  expect(retryDelayMs(Buffer.alloc(0))).toBeUndefined()
})

it('is more than nothing and within its bound, whatever the bytes say', () => {
  const expectBounded = (told: number) => {
    expect(told).toBeGreaterThan(0)
    expect(told).toBeLessThanOrEqual(RETRY_DELAY_MS_MAX)
  }
  const whole = status({ seconds: 70, nanos: 5 })
  for (let end = 0; end < whole.length; end++) expectBounded(retryDelayMs(whole.subarray(0, end)) ?? 1)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expectBounded(retryDelayMs(Buffer.concat([Buffer.from('google.rpc.RetryInfo'), bytes]))!)
    }),
  )
})
