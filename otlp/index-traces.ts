/** Indexes an ExportTraceServiceRequest. */
import { eachCounted } from './count-items.ts'
import { type IndexOutcome, indexRequest } from './index-request.ts'
import type { OtlpLimits } from './limits.ts'
import { scanSpan } from './scan-span.ts'
import type { TraceTape } from './tape.ts'

const scanMember = eachCounted(scanSpan)

/** {@link indexRequest} of spans. */
export function indexTraces(tape: TraceTape, body: Buffer, limits: OtlpLimits, nowMs: number): IndexOutcome {
  const items = { noun: 'spans', rows: tape.spans, scanMember }
  return indexRequest(tape, items, 'ExportTraceServiceRequest', body, limits, nowMs)
}
