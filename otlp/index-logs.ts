/** Indexes an ExportLogsServiceRequest. */
import { eachCounted } from './count-items.ts'
import { type IndexOutcome, indexRequest } from './index-request.ts'
import type { OtlpLimits } from './limits.ts'
import type { LogTape } from './log-tape.ts'
import { scanLogRecord } from './scan-log-record.ts'

const scanMember = eachCounted(scanLogRecord)

/** {@link indexRequest} of log records. `spansPerRequestMax` and `attributesPerSpanMax` hold for them too. */
export function indexLogs(tape: LogTape, body: Buffer, limits: OtlpLimits, nowMs: number): IndexOutcome {
  const items = { noun: 'log records', rows: tape.logs, scanMember }
  return indexRequest(tape, items, 'ExportLogsServiceRequest', body, limits, nowMs)
}
