/** Every span of a trace as it was sent, in order of start. */
import { fieldColumns } from '@runlens/clickhouse'
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { type TracePlace, traceConditions } from './trace-place.ts'

type Pairs = [string, string][]

/** Columns of a span that came over the wire. Ids are hex, times nanoseconds as text, maps lists of pairs in order. */
export interface TraceRow {
  trace: string
  span: string
  parent: string
  trace_state: string
  flags: number
  name: string
  kind: number
  started_ns: string
  ended_ns: string
  status_code: number
  status_message: string
  attribute_pairs: Pairs
  attribute_types: string
  dropped_attributes_count: number
  /** time, name, attributes, types, dropped */
  event_rows: [string, string, Pairs, string, number][]
  dropped_events_count: number
  /** trace, span, state, flags, attributes, types, dropped */
  link_rows: [string, string, string, number, Pairs, string, number][]
  dropped_links_count: number
  scope_name: string
  scope_version: string
  scope_schema_url: string
  scope_pairs: Pairs
  scope_attribute_types: string
  scope_dropped_attributes_count: number
  resource_schema_url: string
  resource_pairs: Pairs
  resource_attribute_types: string
  resource_dropped_attributes_count: number
}

const pairs = (map: string) => `arrayZip(mapKeys(${map})::Array(String), mapValues(${map}))`

const COLUMNS = [
  'lower(hex(trace_id)) AS trace',
  'lower(hex(span_id)) AS span',
  'lower(hex(parent_span_id)) AS parent',
  'trace_state',
  'flags',
  'name',
  'kind',
  `${nanoseconds('started_at')} AS started_ns`,
  `${nanoseconds('ended_at')} AS ended_ns`,
  'status_code',
  'status_message',
  `${pairs('attributes')} AS attribute_pairs`,
  'attribute_types',
  'dropped_attributes_count',
  `arrayMap((time, name, map, types, dropped) -> (${nanoseconds('time')}, toString(name), ${pairs('map')}, types, dropped),
    \`events.time\`, \`events.name\`, \`events.attributes\`, \`events.attribute_types\`, \`events.dropped_attributes_count\`) AS event_rows`,
  'dropped_events_count',
  `arrayMap((trace, span, state, flags, map, types, dropped) -> (lower(hex(trace)), lower(hex(span)), state, flags, ${pairs('map')}, types, dropped),
    \`links.trace_id\`, \`links.span_id\`, \`links.trace_state\`, \`links.flags\`, \`links.attributes\`, \`links.attribute_types\`,
    \`links.dropped_attributes_count\`) AS link_rows`,
  'dropped_links_count',
  'scope_name',
  'scope_version',
  'scope_schema_url',
  `${pairs('scope_attributes')} AS scope_pairs`,
  'scope_attribute_types',
  'scope_dropped_attributes_count',
  'resource_schema_url',
  `${pairs('resource_attributes')} AS resource_pairs`,
  'resource_attribute_types',
  'resource_dropped_attributes_count',
]

const FIELDS = fieldColumns([
  'trace_state',
  'flags',
  'status_message',
  'attributes',
  'attribute_types',
  'dropped_attributes_count',
  'events.time',
  'events.name',
  'events.attributes',
  'events.attribute_types',
  'events.dropped_attributes_count',
  'dropped_events_count',
  'links.trace_id',
  'links.span_id',
  'links.trace_state',
  'links.flags',
  'links.attributes',
  'links.attribute_types',
  'links.dropped_attributes_count',
  'dropped_links_count',
  'scope_name',
  'scope_version',
  'scope_schema_url',
  'scope_attributes',
  'scope_attribute_types',
  'scope_dropped_attributes_count',
  'resource_schema_url',
  'resource_attributes',
  'resource_attribute_types',
  'resource_dropped_attributes_count',
])

export function readTrace(scope: Scope, places: readonly TracePlace[], limit: number): Question<TraceRow> {
  const parameters = new Parameters()
  const rows = rowsOf('spans', scope, parameters, traceConditions(places, parameters))
  const sql = `${selectSpans(rows)}\nORDER BY started_at, span_id\nLIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: 'read-trace', sql, params: parameters.values }
}

/** {@link TraceRow}s, without order. */
export function selectSpans(rows: string): string {
  return `SELECT\n  ${COLUMNS.join(',\n  ')}\nFROM\n(\nSELECT trace_id, span_id, parent_span_id, name, kind, started_at, ended_at, status_code,\n  ${FIELDS.join(',\n  ')}\n${rows}\n)`
}
