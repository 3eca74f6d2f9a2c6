/** The state of one request's scan, and the ways in which a request ends it early. */
import type { OtlpLimits } from './limits.ts'
import { Rejections } from './rejections.ts'
import { OtlpScan } from './scan-attributes.ts'
import type { Tape } from './tape.ts'
import type { TimeBounds } from './time-bounds.ts'

/** Ends a scan; `indexRequest` turns it into an outcome. */
export class TooMuch extends Error {
  readonly kind: 'too_many_items' | 'too_large'
  constructor(kind: 'too_many_items' | 'too_large', message: string) {
    super(message)
    this.kind = kind
  }
}

/** What a signal's requests are made of: spans, log records, data points. */
export interface Items {
  /** In words, several of them. */
  noun: string
  /** Rows in use. */
  rows: { readonly length: number }
  /**
   * Puts what stands in `[at, end)` below a scope onto the tape: one item, or a metric, which holds several.
   * @param fault that of its resource or scope, 0 without one
   */
  scanMember: (scan: RequestScan, scope: number, fault: number, at: number, end: number) => void
}

/** Reads items onto a tape. */
export class RequestScan extends OtlpScan {
  readonly tape: Tape
  readonly items: Items
  readonly times: TimeBounds
  readonly itemsMax: number
  /** So far, rejected ones included. */
  seen = 0
  /** Size of the resource and of the scope at hand. */
  resourceBytes = 0
  scopeBytes = 0
  /** Their sum over all items so far. */
  repeatedBytes = 0

  constructor(tape: Tape, items: Items, body: Buffer, limits: OtlpLimits, times: TimeBounds) {
    super(body, tape.attributes, tape.keys, new Rejections(), limits)
    this.tape = tape
    this.items = items
    this.times = times
    this.itemsMax = limits.spansPerRequestMax
  }
}
