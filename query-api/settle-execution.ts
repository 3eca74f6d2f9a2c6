/** Settles traces again, by the function that made executions of them, to know which spans are whose. */
import { readSpansAt, readTraceRanges, type TraceRange, type TraceSpans } from '@runlens/clickhouse'
import { type Settled, settle } from '@runlens/mapping'
import type { Scope } from './questions/question.ts'
import type { Services } from './routes/route.ts'

export interface SettledTraces extends Omit<TraceSpans, 'truncated'> {
  /** Where their spans lie. */
  places: readonly TraceRange[]
  settled: Settled
  /** Some trace has more spans than are read. */
  truncated: boolean
}

export interface SettledExecution extends SettledTraces {
  /** Its place among `settled.executions`; -1 when its spans are gone. */
  index: number
}

interface Reading {
  nowMs: number
  withAttributes: boolean
  /** Where spans lie, as far as it is known. */
  ranges?: readonly TraceRange[]
}

/** @param traces hex; of an execution that the caller may see */
export async function settleTraces(
  services: Services,
  scope: Scope,
  traces: readonly string[],
  { nowMs, withAttributes, ranges = [] }: Reading,
): Promise<SettledTraces> {
  const places = await placesOf(services, scope, traces, ranges)
  const {
    spans: stored,
    attributes,
    truncated,
  } = await services.runner.read((client) =>
    readSpansAt(client, places, {
      tenant: scope.tenant,
      payloadBytesMax: services.payloadBytesMax,
      spansMax: services.spansPerTraceMax,
      withAttributes,
    }),
  )
  // As they are stored, like the worker: settling must come to the same.
  const settled = settle(stored, {
    now_ms: nowMs,
    candidate_timeout_ms: services.candidateTimeoutMs,
    payload_bytes_max: services.payloadBytesMax,
  })
  const { reveal } = services.runner
  return {
    spans: reveal(stored, scope.tenant),
    attributes: reveal(attributes, scope.tenant),
    places,
    settled,
    truncated: truncated.size > 0,
  }
}

/** Traces of which no place is known are looked for. */
async function placesOf(
  { runner }: Services,
  { tenant }: Scope,
  traces: readonly string[],
  ranges: readonly TraceRange[],
): Promise<TraceRange[]> {
  const known = ranges.filter(({ trace_id }) => traces.includes(trace_id))
  const unknown = traces.filter((id) => !known.some(({ trace_id }) => trace_id === id))
  if (unknown.length === 0) return known
  return [...known, ...(await runner.read((client) => readTraceRanges(client, tenant, unknown)))]
}

export async function settleExecution(
  services: Services,
  scope: Scope,
  wanted: { execution_id: string; instance: string },
  traces: readonly string[],
  reading: Reading,
): Promise<SettledExecution> {
  const found = await settleTraces(services, scope, traces, reading)
  const index = found.settled.executions.findIndex(
    ({ execution_id, instance }) => execution_id === wanted.execution_id && instance === wanted.instance,
  )
  return { ...found, index }
}

/** Span ids of entries that are executions of another user: nothing of these is shown to an owner. */
export function entriesOfOthers({ executions }: Settled, { owner }: Scope): ReadonlySet<string> {
  if (owner === undefined) return new Set()
  const others = executions.filter(({ user_id }) => user_id !== '' && user_id !== owner)
  return new Set(others.flatMap(({ segments }) => segments.map(({ span_id }) => span_id)))
}

/** The spans of an execution for an owner who does not see everything in its traces; null when all in them is the owner's. */
export function ownSpans({ spans, settled, truncated, index }: SettledExecution, { owner }: Scope): string[] | null {
  if (owner === undefined) return null
  if (index < 0) return []
  if (!truncated && settled.executions.every(({ user_id }) => user_id === owner)) return null
  return spans.flatMap(({ span_id }, n) => (settled.memberships[n]?.execution === index ? [span_id] : []))
}
