import { describe, expect, it } from 'vitest'
import { REFUSAL_IS_PERMANENT, type RefusalReason } from '../outcome.ts'
import { STATUS } from './status.ts'

// OTLP specification 1.11: what a client sends again. RESOURCE_EXHAUSTED is one only with RetryInfo.
const RETRYABLE_HTTP = [429, 502, 503, 504]
const RETRYABLE_GRPC = [1, 4, 10, 11, 14, 15]
const GRPC_RESOURCE_EXHAUSTED = 8
const GRPC_UNKNOWN = 2
const GRPC_INTERNAL = 13

describe('the status table', () => {
  const rows = Object.entries(STATUS)

  it.each(rows)('%s is retryable over both transports or over none', (_, { grpc, http, retry }) => {
    expect(RETRYABLE_HTTP.includes(http)).toBe(retry)
    // `retry` is what puts RetryInfo into the answer.
    const isRetried = RETRYABLE_GRPC.includes(grpc) || (grpc === GRPC_RESOURCE_EXHAUSTED && retry)
    expect(isRetried).toBe(retry)
  })

  it.each(rows)('%s is never 500, INTERNAL or UNKNOWN', (_, { grpc, http }) => {
    expect(http).not.toBe(500)
    expect([GRPC_INTERNAL, GRPC_UNKNOWN]).not.toContain(grpc)
  })

  it('asks to come back for exactly those refusals of the pipeline that may pass', () => {
    for (const [reason, permanent] of Object.entries(REFUSAL_IS_PERMANENT)) {
      expect(STATUS[reason as RefusalReason].retry).toBe(!permanent)
    }
  })

  it('pairs 401 with UNAUTHENTICATED, 403 with PERMISSION_DENIED, 404 with UNIMPLEMENTED, 413 with RESOURCE_EXHAUSTED', () => {
    expect(STATUS.unauthenticated).toEqual({ http: 401, grpc: 16, retry: false })
    expect(STATUS.forbidden).toEqual({ http: 403, grpc: 7, retry: false })
    expect(STATUS.unknown_path).toEqual({ http: 404, grpc: 12, retry: false })
    expect(STATUS.rate_limited).toEqual({ http: 429, grpc: 8, retry: true })
    expect(STATUS.too_large).toEqual({ http: 413, grpc: 8, retry: false })
  })
})
