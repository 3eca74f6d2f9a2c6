/** Reads what settling and the step tree need of the spans of some traces, and of the markers that tell of them, from few short ranges of the key. */
import { buffer } from 'node:stream/consumers'
import type { ClickHouseClient } from '@clickhouse/client'
import type { SettleSpan } from '@runlens/conventions'
import { readNative } from './native-reader.ts'
import {
  BEYOND_CAP,
  MARKER_COLUMNS,
  SETTLE_COLUMNS,
  SHOWN_COLUMNS,
  shownAttributes,
  toMarkers,
  toSettleSpans,
} from './settle-columns.ts'
import { startedBetween } from './span-range.ts'
import { IDS_IN_TEXT, traceIdIsOneOf } from './trace-ids.ts'

/** Where spans of a trace may lie: a range of starts and the services that sent them. */
export interface TraceRange {
  trace_id: string
  /** Nanoseconds since the epoch. */
  first_started_at: bigint
  last_started_at: bigint
  services: readonly string[]
  /** Markers, at least: those of a trace that has none are not looked for. */
  markers: number
}

export interface ReadSpansOptions {
  tenant: string
  /** Inputs and outputs are cut just above this many bytes, so that a cut shows. */
  payloadBytesMax: number
  /** Spans read of each trace, and markers; entries and candidates come first, then by start. */
  spansMax: number
  /** Whether the attributes of every span are read, too; default: of those only that may be executions. */
  withAttributes?: boolean
}

export interface ReadTraceSpansOptions extends ReadSpansOptions {
  /** 32 hex digits each; at most a few hundred. */
  traceIds: readonly string[]
  /** Ranges beside those in `traces`, for rows that may not be visible there yet. */
  ranges?: readonly TraceRange[]
}

export interface TraceSpans {
  spans: SettleSpan[]
  /** Attributes by {@link spanKey}, values cut at 1 KiB; empty unless asked for. */
  attributes: Map<string, Readonly<Record<string, string>>>
  /** Ids of the traces that have more than `spansMax` spans, or markers. */
  truncated: Set<string>
}

/** Names a span in {@link TraceSpans.attributes}. */
export function spanKey({ trace_id, span_id }: { trace_id: string; span_id: string }): string {
  return `${trace_id}-${span_id}`
}

/** Ranges closer than this are read by one query. */
const GAP_NS = 600_000_000_000n
/** Queries for one call: traces of more periods than that share their ranges. */
const QUERIES_MAX = 8

/** The spans of the given traces, each once, then their markers, in order of trace, role (entries first), start and id. Traces that are unknown are left out. */
export async function readTraceSpans(client: ClickHouseClient, options: ReadTraceSpansOptions): Promise<TraceSpans> {
  const { traceIds, ranges = [] } = options
  const known = traceIds.length === 0 ? [] : await readTraceRanges(client, options.tenant, traceIds)
  return readSpansAt(client, traceIds.length === 0 ? [] : [...known, ...ranges], options)
}

/** The same of traces whose ranges are known. */
export async function readSpansAt(
  client: ClickHouseClient,
  ranges: readonly TraceRange[],
  options: ReadSpansOptions,
): Promise<TraceSpans> {
  const found: TraceSpans = { spans: [], attributes: new Map(), truncated: new Set() }
  for (const group of groupByTime(mergeByTrace(ranges))) {
    await readGroup(client, options, group, found)
    const marked = group.traces.filter(({ markers }) => markers > 0)
    if (marked.length > 0) await readMarkers(client, options, { ...group, traces: marked }, found)
  }
  return found
}

/** Where the spans of traces lie, from `traces`. */
export function readTraceRanges(
  client: ClickHouseClient,
  tenant: string,
  traceIds: readonly string[],
): Promise<TraceRange[]> {
  return readRanges(client, { tenant }, traceIdIsOneOf(traceIds))
}

/** The same of all traces in which executions of this id were seen. */
export function readExecutionRanges(
  client: ClickHouseClient,
  tenant: string,
  executionId: string,
): Promise<TraceRange[]> {
  const located =
    'SELECT trace_id FROM execution_locator WHERE tenant = {tenant:String} AND execution_id = {execution_id:String}'
  return readRanges(client, { tenant, execution_id: executionId }, `trace_id IN (${located})`)
}

async function readRanges(
  client: ClickHouseClient,
  parameters: Record<string, string>,
  condition: string,
): Promise<TraceRange[]> {
  const result = await client.query({
    query: `SELECT lower(hex(trace_id)) AS id, toString(toUnixTimestamp64Nano(min(first_started_at))) AS first,
  toString(toUnixTimestamp64Nano(max(last_started_at))) AS last, groupUniqArrayArray(services) AS services,
  toUInt32(sum(markers)) AS markers
FROM traces
WHERE tenant = {tenant:String} AND ${condition}
GROUP BY trace_id`,
    query_params: parameters,
    clickhouse_settings: IDS_IN_TEXT,
    format: 'JSONEachRow',
  })
  const rows = await result.json<{ id: string; first: string; last: string; services: string[]; markers: number }>()
  return rows.map(({ id, first, last, services, markers }) => ({
    trace_id: id,
    first_started_at: BigInt(first),
    last_started_at: BigInt(last),
    services,
    markers,
  }))
}

/** One range per trace: the hull of those given, all services together. */
export function mergeByTrace(ranges: readonly TraceRange[]): TraceRange[] {
  const merged = new Map<string, TraceRange>()
  for (const range of ranges) {
    const known = merged.get(range.trace_id)
    merged.set(range.trace_id, known ? union(known, range) : range)
  }
  return [...merged.values()]
}

function union(a: TraceRange, b: TraceRange): TraceRange {
  const merged = { ...a, services: [...new Set([...a.services, ...b.services])] }
  merged.markers = Math.max(a.markers, b.markers)
  if (b.first_started_at < a.first_started_at) merged.first_started_at = b.first_started_at
  if (b.last_started_at > a.last_started_at) merged.last_started_at = b.last_started_at
  return merged
}

interface Group {
  from: bigint
  to: bigint
  traces: TraceRange[]
}

/** Cuts the traces at the widest pauses between them, at most {@link QUERIES_MAX} groups. */
function groupByTime(ranges: TraceRange[]): Group[] {
  ranges.sort((a, b) => (a.first_started_at < b.first_started_at ? -1 : 1))
  const groups: Group[] = []
  for (const range of ranges) {
    const last = groups.at(-1)
    if (last && range.first_started_at - last.to <= GAP_NS) {
      last.traces.push(range)
      if (range.last_started_at > last.to) last.to = range.last_started_at
    } else {
      groups.push({ from: range.first_started_at, to: range.last_started_at, traces: [range] })
    }
  }
  while (groups.length > QUERIES_MAX) joinNearest(groups)
  return groups
}

function joinNearest(groups: Group[]): void {
  let nearest = 1
  for (let i = 2; i < groups.length; i++) {
    if (groups[i]!.from - groups[i - 1]!.to < groups[nearest]!.from - groups[nearest - 1]!.to) nearest = i
  }
  const [later] = groups.splice(nearest, 1)
  const earlier = groups[nearest - 1]!
  earlier.traces.push(...later!.traces)
  if (later!.to > earlier.to) earlier.to = later!.to
}

async function readGroup(
  client: ClickHouseClient,
  options: ReadSpansOptions,
  group: Group,
  found: TraceSpans,
): Promise<void> {
  const cut = options.payloadBytesMax + BEYOND_CAP
  const { stream } = await client.exec({
    query: `SELECT ${options.withAttributes ? SHOWN_COLUMNS : SETTLE_COLUMNS}
FROM spans FINAL
WHERE tenant = {tenant:String}
  AND ${startedBetween('fromUnixTimestamp64Nano({from:Int64})', 'fromUnixTimestamp64Nano({to:Int64})').join('\n  AND ')}
  AND service IN {services:Array(String)}
  AND ${traceIdIsOneOf(group.traces.map(({ trace_id }) => trace_id))}
ORDER BY spans.trace_id, spans.role DESC, spans.started_at, spans.span_id
LIMIT {limit:UInt32} BY spans.trace_id
FORMAT Native`,
    query_params: {
      tenant: options.tenant,
      from: group.from.toString(),
      to: group.to.toString(),
      services: [...new Set(group.traces.flatMap(({ services }) => services))],
      limit: options.spansMax + 1,
      cut,
    },
    clickhouse_settings: {
      ...IDS_IN_TEXT,
      do_not_merge_across_partitions_select_final: 1,
      low_cardinality_allow_in_native_format: 1,
    },
  })
  const spans: SettleSpan[] = []
  for (const block of readNative(await buffer(stream))) {
    const ofBlock = toSettleSpans(block, cut)
    for (const span of ofBlock) spans.push(span)
    if (!options.withAttributes) continue
    shownAttributes(block).forEach((shown, row) => {
      found.attributes.set(spanKey(ofBlock[row]!), shown)
    })
  }
  addSpans(spans, options, found)
}

/** The log of markers is read like `arrivals`: values of attributes as they lie there. */
async function readMarkers(
  client: ClickHouseClient,
  options: ReadSpansOptions,
  group: Group,
  found: TraceSpans,
): Promise<void> {
  const { stream } = await client.exec({
    query: `SELECT ${MARKER_COLUMNS}
FROM markers FINAL
WHERE tenant = {tenant:String}
  AND started_at >= fromUnixTimestamp64Nano({from:Int64}) AND started_at <= fromUnixTimestamp64Nano({to:Int64})
  AND ${traceIdIsOneOf(group.traces.map(({ trace_id }) => trace_id))}
ORDER BY trace_id, role DESC, started_at, span_id, marker, recorded_at
LIMIT {limit:UInt32} BY trace_id
FORMAT Native`,
    query_params: {
      tenant: options.tenant,
      from: group.from.toString(),
      to: group.to.toString(),
      limit: options.spansMax + 1,
    },
    clickhouse_settings: {
      ...IDS_IN_TEXT,
      do_not_merge_across_partitions_select_final: 1,
      low_cardinality_allow_in_native_format: 1,
    },
  })
  const cut = options.payloadBytesMax + BEYOND_CAP
  addSpans(
    [...readNative(await buffer(stream))].flatMap((block) => toMarkers(block, cut)),
    options,
    found,
  )
}

/** @param spans those of a trace side by side */
function addSpans(spans: readonly SettleSpan[], { spansMax }: ReadSpansOptions, found: TraceSpans): void {
  let trace = ''
  let count = 0
  for (const span of spans) {
    count = span.trace_id === trace ? count + 1 : 1
    trace = span.trace_id
    if (count > spansMax) found.truncated.add(trace)
    else found.spans.push(span)
  }
}
