/** Indexes an ExportTraceServiceRequest. */
import { type IndexOutcome, indexRequest } from './index-request.ts'
import type { OtlpLimits } from './limits.ts'
import { scanSpan } from './scan-span.ts'
import type { TraceTape } from './tape.ts'

/** {@link indexRequest} of spans. */
export function indexTraces(tape: TraceTape, body: Buffer, limits: OtlpLimits, nowMs: number): IndexOutcome {
  const items = { noun: 'spans', rows: tape.spans, scanItem: scanSpan }
  return indexRequest(tape, items, 'ExportTraceServiceRequest', body, limits, nowMs)
}
