/** The tree of an execution: its traces settled again from their spans, so that it agrees with what settling counted. */
import { readSpansAt, readTraceRanges, type TraceSpans } from '@runlens/clickhouse'
import type { Status } from '@runlens/conventions'
import { type Settled, type SettleSpan, settle, type TreeItem, executionTree as treeOf } from '@runlens/mapping'
import type { Moments } from './meta.ts'
import type { Scope } from './questions/question.ts'
import { isSilent, type Silence } from './questions/status.ts'
import type { Services } from './routes/route.ts'

/** Some traces, read and settled. */
export interface SettledTraces {
  spans: readonly SettleSpan[]
  settled: Settled
  attributes: TraceSpans['attributes']
  /** The traces have more spans than are read. */
  truncated: boolean
}

export interface ReadTree extends SettledTraces {
  items: readonly TreeItem[]
}

/** @param traces hex; of an execution that the caller may see */
export async function settleTraces(
  { runner, spansPerTraceMax, payloadBytesMax, candidateTimeoutMs }: Services,
  scope: Scope,
  traces: readonly string[],
  { nowMs }: Moments,
): Promise<SettledTraces> {
  const places = await runner.read((client) => readTraceRanges(client, scope.tenant, traces))
  const { spans, attributes, truncated } = await runner.read((client) =>
    readSpansAt(client, places, {
      tenant: scope.tenant,
      payloadBytesMax,
      spansMax: spansPerTraceMax,
      // Which spans are steps is not known yet.
      withAttributes: true,
    }),
  )
  const settled = settle(spans, {
    now_ms: nowMs,
    candidate_timeout_ms: candidateTimeoutMs,
    payload_bytes_max: payloadBytesMax,
  })
  return { spans, settled, attributes, truncated: truncated.size > 0 }
}

/** @param allSpans plain spans too */
export async function readTree(
  services: Services,
  scope: Scope,
  { row, traces }: { row: { execution_id: string; instance: string }; traces: readonly string[] },
  allSpans: boolean,
  moments: Moments,
): Promise<ReadTree> {
  const found = await settleTraces(services, scope, traces, moments)
  const index = found.settled.executions.findIndex(
    ({ execution_id, instance }) => execution_id === row.execution_id && instance === row.instance,
  )
  // Spans may be gone before their execution; what is left of it then has no steps.
  const items = index < 0 ? [] : treeOf(found.spans, found.settled, index, { allSpans })
  return { ...found, items }
}

/** What became of the execution of each entry span, by the span's id: lost where it fell silent. */
export function shownStatuses({ executions }: Settled, silence: Silence): Map<string, Status> {
  return new Map(
    executions.flatMap((execution) => {
      const shown = isSilent(execution, silence) ? 'lost' : execution.status
      return execution.segments.map(({ span_id }) => [span_id, shown] as const)
    }),
  )
}
