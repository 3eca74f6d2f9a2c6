/** Settles the traces of an execution again from their stored spans, and tells what of them belongs to whom. */
import { readSpansAt, readTraceRanges, type TraceSpans } from '@runlens/clickhouse'
import type { SettleSpan } from '@runlens/conventions'
import { type Settled, settle } from '@runlens/mapping'
import type { Moments } from './meta.ts'
import type { Scope } from './questions/question.ts'
import type { Services } from './routes/route.ts'

export interface SettledTraces {
  spans: readonly SettleSpan[]
  attributes: TraceSpans['attributes']
  /** Not all spans were read. */
  isCut: boolean
  settled: Settled
}

/** @param traces hex */
export async function settleTraces(
  services: Services,
  scope: Scope,
  traces: string[],
  moments: Moments,
): Promise<SettledTraces> {
  const { runner, payloadBytesMax, spansPerTraceMax: spansMax, candidateTimeoutMs } = services
  const places = await runner.read((client) => readTraceRanges(client, scope.tenant, traces))
  const { spans, attributes, truncated } = await runner.read((client) =>
    readSpansAt(client, places, {
      tenant: scope.tenant,
      payloadBytesMax,
      spansMax,
      // Which spans are steps is not known yet.
      withAttributes: true,
    }),
  )
  const settled = settle(spans, {
    now_ms: moments.nowMs,
    candidate_timeout_ms: candidateTimeoutMs,
    payload_bytes_max: payloadBytesMax,
  })
  return { spans, attributes, isCut: truncated.size > 0, settled }
}

/** Where an execution stands among those settled; -1 when its spans are gone before it. */
export function indexOfExecution({ executions }: Settled, of: { execution_id: string; instance: string }): number {
  return executions.findIndex(
    ({ execution_id, instance }) => execution_id === of.execution_id && instance === of.instance,
  )
}

/** Span ids of entries that are executions of another user: nothing of these is shown to an owner. */
export function entriesOfOthers({ executions }: Settled, { owner }: Scope): ReadonlySet<string> {
  if (owner === undefined) return new Set()
  const others = executions.filter(({ user_id }) => user_id !== '' && user_id !== owner)
  return new Set(others.flatMap(({ segments }) => segments.map(({ span_id }) => span_id)))
}

/**
 * The spans of an execution for an owner who does not see everything in its traces; null when all in them is the owner's.
 * @param index of the execution
 */
export function ownSpans({ spans, settled, isCut }: SettledTraces, index: number, { owner }: Scope): string[] | null {
  if (owner === undefined) return null
  if (index < 0) return []
  if (!isCut && settled.executions.every(({ user_id }) => user_id === owner)) return null
  return spans.flatMap(({ span_id }, n) => (settled.memberships[n]?.execution === index ? [span_id] : []))
}
