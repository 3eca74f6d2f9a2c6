/** Settles the traces of one execution again, by the function that made it, to know which spans are its own. */
import { readSpansAt, readTraceRanges, type TraceRange, type TraceSpans } from '@runlens/clickhouse'
import { type Settled, settle } from '@runlens/mapping'
import type { Scope } from './questions/question.ts'
import type { Services } from './routes/route.ts'

export interface SettledExecution extends Omit<TraceSpans, 'truncated'> {
  /** Where the spans of its traces lie. */
  places: readonly TraceRange[]
  settled: Settled
  /** Its place among `settled.executions`; -1 when its spans are gone. */
  index: number
  /** Some trace has more spans than are read. */
  truncated: boolean
}

export async function settleExecution(
  services: Services,
  scope: Scope,
  wanted: { execution_id: string; instance: string },
  traces: readonly string[],
  { nowMs, withAttributes }: { nowMs: number; withAttributes: boolean },
): Promise<SettledExecution> {
  const places = await services.runner.read((client) => readTraceRanges(client, scope.tenant, traces))
  const { spans, attributes, truncated } = await services.runner.read((client) =>
    readSpansAt(client, places, {
      tenant: scope.tenant,
      payloadBytesMax: services.payloadBytesMax,
      spansMax: services.spansPerTraceMax,
      withAttributes,
    }),
  )
  const settled = settle(spans, {
    now_ms: nowMs,
    candidate_timeout_ms: services.candidateTimeoutMs,
    payload_bytes_max: services.payloadBytesMax,
  })
  const index = settled.executions.findIndex(
    ({ execution_id, instance }) => execution_id === wanted.execution_id && instance === wanted.instance,
  )
  return { spans, attributes, places, settled, index, truncated: truncated.size > 0 }
}
