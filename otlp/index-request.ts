/** Indexes an export request of any signal: one walk over its bytes that leaves on the tape where every item and attribute stands. */
import type { OtlpLimits } from './limits.ts'
import type { Rejections } from './rejections.ts'
import { type Items, RequestScan, TooMuch } from './request-scan.ts'
import { scanResourceItems } from './scan-resources.ts'
import type { Tape } from './tape.ts'
import { timeBounds } from './time-bounds.ts'
import { Malformed } from './wire/malformed.ts'
import { knownFields, LEN, passUnknown, readField, tagOf } from './wire/scan.ts'

// ExportTraceServiceRequest, ExportLogsServiceRequest and ExportMetricsServiceRequest: their resources are field 1.
const RESOURCE_ITEMS = tagOf(1, LEN)
const REQUEST_FIELDS = knownFields(1)

/** The request is on the tape, but for the items that were rejected: they are not there at all. */
export interface Indexed {
  kind: 'indexed'
  /** Items of the request, rejected ones included. */
  items: number
  rejected: Rejections
  /** Texts that were not UTF-8: each offending byte was replaced by `?` in the buffer. */
  repaired: number
}

/** Nothing is on the tape. Kinds are those of the collector's refusals; sending the same bytes again can't succeed. */
export interface NotIndexed {
  kind: 'malformed' | 'too_many_items' | 'too_large'
  message: string
}

export type IndexOutcome = Indexed | NotIndexed

/**
 * Fills `tape` with what `body` holds. `body` belongs to the tape until its next use; text that is not UTF-8 is repaired in
 * it. Order and interleaving of fields on the wire don't matter; fields given twice follow protobuf's rules (repeated ones
 * add up, of single ones the last counts, messages merge), but of one AnyValue only the last member is kept.
 *
 * @param message name of the request's message
 * @param nowMs the clock, milliseconds since the epoch: times more than a day later are rejected
 */
export function indexRequest(
  tape: Tape,
  items: Items,
  message: string,
  body: Buffer,
  limits: OtlpLimits,
  nowMs: number,
): IndexOutcome {
  tape.reset(body)
  const request = new RequestScan(tape, items, body, limits, timeBounds(nowMs))
  try {
    scanRequest(request)
    return { kind: 'indexed', items: request.seen, rejected: request.rejections, repaired: request.repaired }
  } catch (error) {
    tape.reset(body)
    if (error instanceof Malformed) return { kind: 'malformed', message: `not an ${message}: ${error.message}` }
    if (error instanceof TooMuch) return { kind: error.kind, message: error.message }
    throw error
  }
}

function scanRequest(scan: RequestScan): void {
  const end = scan.bytes.length
  let position = 0
  while (position < end) {
    position = readField(scan, position, end)
    if (scan.tag === RESOURCE_ITEMS) scanResourceItems(scan, scan.start, position)
    else passUnknown(scan, REQUEST_FIELDS)
  }
}
