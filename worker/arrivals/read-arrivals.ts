/**
 * Reads what some blocks brought, trace by trace, spans and all: for few spans that is cheaper than to ask first which traces
 * there are and then for the spans of most of them.
 */
import { type ArrivedSpan, type ClickHouseClient, readArrivedSpans } from '@runlens/clickhouse'
import type { Arrival } from './dirty-traces.ts'
import { readKnownTraces, traceKeyText } from './known-traces.ts'

export interface ReadArrivalsOptions {
  client: ClickHouseClient
  /** Times, microseconds since the epoch, ascending. */
  blocks: readonly bigint[]
  payloadBytesMax: number
}

export async function readArrivals({ client, blocks, payloadBytesMax }: ReadArrivalsOptions): Promise<Arrival[]> {
  const byTrace = new Map<string, ArrivedSpan[]>()
  for (const one of await readArrivedSpans(client, { blocks, payloadBytesMax })) {
    const key = traceKeyText({ tenant: one.tenant, trace_id: one.span.trace_id })
    const others = byTrace.get(key)
    if (others) others.push(one)
    else byTrace.set(key, [one])
  }
  const groups = [...byTrace.values()]
  // What came without its root waits for it anyway.
  const rooted = groups.filter((group) => group.some(({ span }) => span.parent_span_id === ''))
  const known = await readKnownTraces(
    client,
    rooted.map(([first]) => ({ tenant: first!.tenant, trace_id: first!.span.trace_id })),
  )
  return groups.map((group) => {
    const arrival = arrivalOf(group)
    const { stored = 0, gaveExecution = false } = known.get(traceKeyText(arrival)) ?? {}
    return { ...arrival, stored, isNew: !gaveExecution }
  })
}

function arrivalOf(group: readonly ArrivedSpan[]): Omit<Arrival, 'stored' | 'isNew'> {
  const { tenant, span } = group[0]!
  const spans = group.map((one) => one.span)
  const blocks = ascending(new Set(group.map(({ arrived_at }) => arrived_at)))
  const starts = ascending(spans.map(({ started_at }) => started_at))
  return {
    tenant,
    trace_id: span.trace_id,
    arrived_at: blocks[0]!,
    spans: spans.length,
    range: {
      trace_id: span.trace_id,
      first_started_at: starts[0]!,
      last_started_at: starts.at(-1)!,
      services: [...new Set(spans.map(({ service }) => service))],
      markers: spans.filter(({ marker }) => marker !== '').length,
    },
    blocks,
    read: spans,
  }
}

function ascending(values: Iterable<bigint>): bigint[] {
  return [...values].sort((a, b) => (a < b ? -1 : 1))
}
