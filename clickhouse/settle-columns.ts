/** A stored span as settling and the step tree see it: the columns that are read, and how a block of them becomes values. */
import type { SettleSpan } from '@runlens/conventions'
import { type Fields, type Labels, labelsReader, readFields } from './labels-and-fields.ts'
import type { NativeBlock } from './native-reader.ts'

/** Bytes kept of one attribute value on an execution. */
const ATTRIBUTE_BYTES_MAX = 1024

const STORED = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'name',
  'kind',
  'started_at',
  'ended_at',
  'status_code',
  'service',
  'role',
  'status',
  'received_at',
  'labels_json',
  'fields_json',
] as const

/** Values of attributes that take more are shortened before they leave ClickHouse: a tree may have ten thousand spans with a long prompt each. */
const VALUES_BYTES_MAX = 8_192

/**
 * Values of attributes as they lie there: to plan their reading in SQL cost a third of the statement. Where they are long, an entry's are cut at `cut`,
 * four bytes over the cap, so that a character that the cut breaks lies beyond the cap.
 */
const VALUES = `if(length(attribute_values) <= ${VALUES_BYTES_MAX}, attribute_values,
  toJSONString(arrayMap(v -> substring(v, 1, if(role >= 'candidate', greatest({cut:UInt32}, ${ATTRIBUTE_BYTES_MAX}), ${ATTRIBUTE_BYTES_MAX})), JSONExtract(attribute_values, 'Array(String)'))))`

const LINKS = [
  "JSONExtractRaw(links_json, 'trace_id') AS link_traces",
  "JSONExtractRaw(links_json, 'span_id') AS link_spans",
]

const ofEntries = (values: string) => `if(role >= 'candidate', ${values}, '')`

/** The select list over `spans`; needs the parameter `cut`, the bytes kept of an input or output. */
export const SETTLE_COLUMNS = [...STORED, ...LINKS, `${ofEntries(VALUES)} AS told_values`].join(', ')

/** The same with the values of every span. */
export const SHOWN_COLUMNS = [...STORED, ...LINKS, `${VALUES} AS told_values`].join(', ')

/** Attributes of the spans of a block of {@link SHOWN_COLUMNS}, row by row, values cut at 1 KiB. */
export function shownAttributes({ rows, columns }: NativeBlock): Readonly<Record<string, string>>[] {
  const labels = columns.get('labels_json') as readonly string[]
  const values = columns.get('told_values') as readonly string[]
  const readLabels = labelsReader()
  return Array.from({ length: rows }, (_, row) => {
    const told = valuesOf(values[row]!)
    const { attribute_keys } = readLabels(labels[row]!)
    return Object.fromEntries(told.map((value, i) => [attribute_keys[i]!, shorten(value, ATTRIBUTE_BYTES_MAX)]))
  })
}

function valuesOf(json: string): readonly string[] {
  return json === '' ? [] : (JSON.parse(json) as string[])
}

/** The select list over `markers`, columns as they lie there. */
export const MARKER_COLUMNS = [...STORED, `${ofEntries('attribute_values')} AS attribute_values`].join(', ')

/** The select list over `arrivals`, columns as they lie there: each that is computed costs ClickHouse time to plan. */
export const ARRIVED_COLUMNS = ['tenant', 'arrived_at', ...STORED, 'attribute_values'].join(', ')

const MAY_BE_EXECUTIONS: ReadonlySet<string> = new Set(['candidate', 'entry'])
const NO_PARENT = '0'.repeat(16)
const NO_LINKS: SettleSpan['links'] = []
const NO_ATTRIBUTES: SettleSpan['attributes'] = {}

/** What of a span may be an execution's own. */
export type Payload = Pick<SettleSpan, 'input' | 'output' | 'attributes'>
/** What a span says beside its labels and fields. */
type Told = Payload & Pick<SettleSpan, 'links'>
/** What stands in columns of its own. */
type Cells = Pick<
  SettleSpan,
  | 'trace_id'
  | 'span_id'
  | 'parent_span_id'
  | 'name'
  | 'kind'
  | 'started_at'
  | 'ended_at'
  | 'status_code'
  | 'service'
  | 'role'
  | 'status'
  | 'received_at_ms'
>

/** Payloads are read this many bytes over their cap: a character that the cut breaks then lies beyond the cap. */
export const BEYOND_CAP = 4

/**
 * The spans of a block of {@link SETTLE_COLUMNS} or {@link SHOWN_COLUMNS}.
 * @param cut bytes kept of an input or output
 */
export function toSettleSpans(block: NativeBlock, cut: number): SettleSpan[] {
  const of = (name: string) => block.columns.get(name) as readonly string[]
  const [traces, spans, values, roles] = [of('link_traces'), of('link_spans'), of('told_values'), of('role')]
  return toSpans(block, (row, labels) => ({
    ...payloadOf(MAY_BE_EXECUTIONS.has(roles[row]!) ? values[row]! : '', labels, cut),
    links: traces[row] === '' ? NO_LINKS : toLinks(traces[row]!, spans[row]!),
  }))
}

/**
 * What a block of {@link MARKER_COLUMNS} tells, nothing of links.
 * @param cut bytes kept of an input or output
 */
export function toMarkers(block: NativeBlock, cut: number): SettleSpan[] {
  const values = block.columns.get('attribute_values') as readonly string[]
  return toSpans(block, (row, labels) => ({ links: NO_LINKS, ...payloadOf(values[row]!, labels, cut) }))
}

/**
 * What only spans have that may be executions: of others there are no values.
 * @param json `attribute_values`
 * @param cut bytes kept of an input or output
 */
export function payloadOf(json: string, { attribute_keys, input_key, output_key }: Labels, cut: number): Payload {
  if (json === '') return { input: '', output: '', attributes: NO_ATTRIBUTES }
  const values = valuesOf(json)
  const textOf = (wanted: string) => shorten(values[attribute_keys.indexOf(wanted)] ?? '', cut)
  const kept: [key: string, value: string][] = []
  attribute_keys.forEach((key, i) => {
    if (key !== input_key && key !== output_key) kept.push([key, keptValue(values[i]!)])
  })
  return {
    input: textOf(input_key),
    output: textOf(output_key),
    attributes: Object.fromEntries(kept),
  }
}

/** The attribute value as an execution keeps it. */
export function keptValue(value: string): string {
  return shorten(value, ATTRIBUTE_BYTES_MAX)
}

/** A character of UTF-16 is three bytes of UTF-8 at most. */
function shorten(value: string, bytesMax: number): string {
  return value.length * 3 <= bytesMax ? value : Buffer.from(value).toString('utf8', 0, bytesMax)
}

function toLinks(traces: string, spans: string): SettleSpan['links'] {
  const spanIds = JSON.parse(spans) as string[]
  return (JSON.parse(traces) as string[]).map((trace_id, i) => ({ trace_id, span_id: spanIds[i]! }))
}

function toSpans({ rows, columns }: NativeBlock, tell: (row: number, labels: Labels) => Told): SettleSpan[] {
  const of = <K extends keyof SettleSpan>(name: K) => columns.get(name) as readonly SettleSpan[K][]
  const [trace_id, span_id, parent_span_id, name] = [of('trace_id'), of('span_id'), of('parent_span_id'), of('name')]
  const [kind, started_at, ended_at, status_code] = [of('kind'), of('started_at'), of('ended_at'), of('status_code')]
  const [service, role, status] = [of('service'), of('role'), of('status')]
  const received_at = columns.get('received_at') as readonly bigint[]
  const labelsTexts = columns.get('labels_json') as readonly string[]
  const fieldsTexts = columns.get('fields_json') as readonly string[]
  const readLabels = labelsReader()
  const spans: SettleSpan[] = []
  for (let row = 0; row < rows; row++) {
    const cells: Cells = {
      trace_id: trace_id[row]!,
      span_id: span_id[row]!,
      parent_span_id: parent_span_id[row] === NO_PARENT ? '' : parent_span_id[row]!,
      name: name[row]!,
      kind: kind[row]!,
      started_at: started_at[row]!,
      ended_at: ended_at[row]!,
      status_code: status_code[row]!,
      service: service[row]!,
      role: role[row]!,
      status: status[row]!,
      received_at_ms: Number(received_at[row]),
    }
    const labels = readLabels(labelsTexts[row]!)
    spans.push(toSpan(cells, labels, readFields(fieldsTexts[row]!), tell(row, labels)))
  }
  return spans
}

/** A span of `arrivals`, which tell nothing of links. */
export function toArrivedSpan(cells: Cells, labels: Labels, fields: Fields, payload: Payload): SettleSpan {
  return toSpan(cells, labels, fields, { links: NO_LINKS, ...payload })
}

/** One literal for all: an object that grows key by key beyond a dozen becomes a hash table in V8, slow and large. */
function toSpan(cells: Cells, labels: Labels, fields: Fields, told: Told): SettleSpan {
  return {
    trace_id: cells.trace_id,
    span_id: cells.span_id,
    parent_span_id: cells.parent_span_id,
    name: cells.name,
    kind: cells.kind,
    started_at: cells.started_at,
    ended_at: cells.ended_at,
    status_code: cells.status_code,
    service: cells.service,
    role: cells.role,
    rule: labels.rule,
    provider: labels.provider,
    execution_kind: labels.execution_kind,
    execution_id: fields.execution_id,
    instance: labels.instance,
    workflow_id: labels.workflow_id,
    workflow_name: labels.workflow_name,
    workflow_version: labels.workflow_version,
    status: cells.status,
    status_explicit: labels.status_explicit,
    mode: labels.mode,
    environment: labels.environment,
    user_id: fields.user_id,
    conversation_id: fields.conversation_id,
    step_name: labels.step_name,
    step_type: labels.step_type,
    attempt: labels.attempt,
    error_type: labels.error_type,
    error_message: fields.error_message,
    error_stack: fields.error_stack,
    response_status_code: labels.response_status_code,
    database_type: labels.database_type,
    query: fields.query,
    query_complexity: fields.query_complexity,
    query_page: fields.query_page,
    query_page_size: fields.query_page_size,
    rows_total: fields.rows_total,
    rows_returned: fields.rows_returned,
    parent_execution_id: fields.parent_execution_id,
    retry_of: fields.retry_of,
    replay_of: fields.replay_of,
    queued_at: fields.queued_at,
    expected_end_at: fields.expected_end_at,
    progress: fields.progress,
    links: told.links,
    input: told.input,
    output: told.output,
    attributes: told.attributes,
    marker: labels.marker,
    recorded_at: fields.recorded_at,
    received_at_ms: cells.received_at_ms,
  }
}
