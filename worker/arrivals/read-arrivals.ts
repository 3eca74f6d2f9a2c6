/**
 * Reads what some blocks brought, trace by trace, spans and all: for few spans that is cheaper than to ask first which traces
 * there are and then for the spans of most of them.
 */
import { type ArrivedSpan, type ClickHouseClient, readArrivedSpans } from '@runlens/clickhouse'
import type { Settled, SettleSpan } from '@runlens/mapping'
import { allDone } from '../jobs/all-done.ts'
import { inSlices } from '../jobs/in-slices.ts'
import { ARRIVED_SPANS_MAX } from '../settle/follow-executions.ts'
import type { Arrival } from './dirty-traces.ts'
import { type LookedUpByTenant, readKnown, traceKeyText } from './known-traces.ts'

export interface ReadArrivalsOptions {
  client: ClickHouseClient
  /** Times, microseconds since the epoch, ascending. */
  blocks: readonly bigint[]
  payloadBytesMax: number
  /** What follows from the spans of one trace; undefined where that fails. */
  settle: (spans: SettleSpan[]) => Settled | undefined
}

export interface ReadArrivals {
  arrivals: Arrival[]
  /** Where the executions lie that the traces with a root may give: for settling them at once. */
  lookedUp: LookedUpByTenant
}

export async function readArrivals(options: ReadArrivalsOptions): Promise<ReadArrivals> {
  const { client, blocks, payloadBytesMax, settle } = options
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
  const traces = rooted.map(([first]) => ({ tenant: first!.tenant, trace_id: first!.span.trace_id }))
  // Most of them are whole: they are settled while ClickHouse looks.
  const isSettled = new Set(rooted.filter(({ length }) => length <= ARRIVED_SPANS_MAX))
  const [known, arrived] = await allDone([
    readKnown(client, traces, likelyIds(rooted)),
    inSlices(groups, (group) => arrivalOf(group, isSettled.has(group) ? settle : undefined)),
  ])
  const arrivals = arrived.map((arrival) => {
    const { stored = 0, gaveExecution = false } = known.traces.get(traceKeyText(arrival)) ?? {}
    return { ...arrival, stored, isNew: !gaveExecution }
  })
  return { arrivals, lookedUp: known.lookedUp }
}

/** Ids that executions of these traces will most likely have, by tenant; settling looks for others itself. */
function likelyIds(groups: readonly (readonly ArrivedSpan[])[]): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>()
  for (const group of groups) {
    const { tenant } = group[0]!
    const ofTenant = ids.get(tenant) ?? new Set()
    ids.set(tenant, ofTenant)
    for (const { span } of group) {
      if (span.parent_span_id === '') ofTenant.add(span.trace_id)
      if (span.execution_id !== '') ofTenant.add(span.execution_id)
      else if (span.role === 'entry' && span.parent_span_id !== '') ofTenant.add(`${span.trace_id}-${span.span_id}`)
    }
  }
  return ids
}

function arrivalOf(
  group: readonly ArrivedSpan[],
  settle: ReadArrivalsOptions['settle'] | undefined,
): Omit<Arrival, 'stored' | 'isNew'> {
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
    read: { spans, settled: settle?.(spans) },
  }
}

function ascending(values: Iterable<bigint>): bigint[] {
  return [...values].sort((a, b) => (a < b ? -1 : 1))
}
