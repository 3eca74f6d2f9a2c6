/** Indexes an ExportMetricsServiceRequest. */
import { type IndexOutcome, indexRequest } from './index-request.ts'
import type { OtlpLimits } from './limits.ts'
import type { MetricTape } from './metric-tape.ts'
import { scanMetric } from './scan-metric.ts'

/** {@link indexRequest} of data points. `spansPerRequestMax` and `attributesPerSpanMax` hold for them too. */
export function indexMetrics(tape: MetricTape, body: Buffer, limits: OtlpLimits, nowMs: number): IndexOutcome {
  const items = { noun: 'data points', rows: tape.points, scanMember: scanMetric }
  return indexRequest(tape, items, 'ExportMetricsServiceRequest', body, limits, nowMs)
}
