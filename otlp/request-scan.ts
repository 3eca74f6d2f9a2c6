/** The state of one request's scan, and the ways in which a request ends it early. */
import type { OtlpLimits } from './limits.ts'
import { Rejections } from './rejections.ts'
import { OtlpScan } from './scan-attributes.ts'
import type { TraceTape } from './tape.ts'
import type { TimeBounds } from './time-bounds.ts'

/** Ends a scan; `indexTraces` turns it into an outcome. */
export class TooMuch extends Error {
  readonly kind: 'too_many_spans' | 'too_large'
  constructor(kind: 'too_many_spans' | 'too_large', message: string) {
    super(message)
    this.kind = kind
  }
}

/** Reads spans onto a tape. */
export class RequestScan extends OtlpScan {
  readonly tape: TraceTape
  readonly times: TimeBounds
  readonly spansMax: number
  spans = 0
  /** Size of the resource and of the scope at hand. */
  resourceBytes = 0
  scopeBytes = 0
  /** Their sum over all spans so far. */
  repeatedBytes = 0

  constructor(tape: TraceTape, body: Buffer, limits: OtlpLimits, times: TimeBounds) {
    super(body, tape.attributes, tape.keys, new Rejections(), limits)
    this.tape = tape
    this.times = times
    this.spansMax = limits.spansPerRequestMax
  }
}
