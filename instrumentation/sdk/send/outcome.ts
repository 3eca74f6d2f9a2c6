/** What became of a request, as a sender must know it: done, try again, never, or not understood at all. */

import { RETRY_DELAY_MS_MAX } from './retry-delay.ts'

export type Outcome =
  /** Acknowledged; `rejected` records of it can't be stored. */
  | { kind: 'accepted'; rejected: number }
  /** The same request may succeed. */
  | { kind: 'later'; afterMs: number | undefined; why: string }
  /** It never will. */
  | { kind: 'refused'; why: string }
  /** The collector does not know this signal. */
  | { kind: 'unsupported'; why: string }

/** Answers after which the same request may succeed (OTLP 1.11, "Retryable Response Codes"). */
const RETRYABLE = [429, 502, 503, 504]
/** Not found, wrong method, not implemented: the path is not served. */
const UNSUPPORTED = [404, 405, 501]

export function outcomeOfHttp(status: number, retryAfter: string | undefined, body: Uint8Array): Outcome {
  if (status >= 200 && status < 300) return { kind: 'accepted', rejected: rejectedIn(body) }
  const why = `HTTP ${status}`
  if (RETRYABLE.includes(status)) return { kind: 'later', afterMs: afterMs(retryAfter), why }
  return UNSUPPORTED.includes(status) ? { kind: 'unsupported', why } : { kind: 'refused', why }
}

/** gRPC status codes (OTLP 1.11, "Failures" of OTLP/gRPC). RESOURCE_EXHAUSTED may pass only where a delay is told. */
export function outcomeOfGrpc(code: number, retryAfterMs: number | undefined, body: Uint8Array): Outcome {
  const why = `gRPC status ${code}`
  switch (code) {
    case 0:
      return { kind: 'accepted', rejected: rejectedIn(body) }
    case 12:
      return { kind: 'unsupported', why }
    case 8:
      return retryAfterMs === undefined ? { kind: 'refused', why } : { kind: 'later', afterMs: retryAfterMs, why }
    case 1:
    case 4:
    case 10:
    case 11:
    case 14:
    case 15:
      return { kind: 'later', afterMs: retryAfterMs, why }
    default:
      return { kind: 'refused', why }
  }
}

function afterMs(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - Date.now()) / 1000
  return seconds > 0 ? Math.min(seconds * 1000, RETRY_DELAY_MS_MAX) : undefined
}

/** `partial_success.rejected_…` of an export response (field 1 of field 1); 0 for anything else, nonsense too. */
function rejectedIn(body: Uint8Array): number {
  if (body[0] !== 0x0a || body[2] !== 0x08) return 0
  let value = 0
  for (let at = 3, factor = 1; at < Math.min(body.length, 11); at++, factor *= 128) {
    const byte = body[at]!
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return value
  }
  return 0
}
