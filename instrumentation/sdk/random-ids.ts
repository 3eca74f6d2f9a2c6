/** Ids of traces and spans: random (W3C Trace Context, level 2), many drawn at once, because each draw costs more than an id. */
import { randomFillSync } from 'node:crypto'

/** An id is a slice of its draw's digits and keeps them all in memory: few enough, so that one long-lived span keeps little. */
const SPAN_IDS_PER_DRAW = 64
const SPAN_ID_CHARS = 16
const TRACE_ID_CHARS = 32

/** Fits the `IdGenerator` interface of the 2.x and of the 3.x line. */
export function createIdGenerator() {
  const bytes = new Uint8Array((SPAN_IDS_PER_DRAW * SPAN_ID_CHARS) / 2)
  const view = Buffer.from(bytes.buffer)
  let digits = ''
  let at = 0
  const take = (chars: number): string => {
    if (at + chars > digits.length) {
      randomFillSync(bytes)
      digits = view.toString('hex')
      at = 0
    }
    at += chars
    return digits.slice(at - chars, at)
  }
  return {
    generateTraceId: () => take(TRACE_ID_CHARS),
    generateSpanId: () => take(SPAN_ID_CHARS),
  }
}
