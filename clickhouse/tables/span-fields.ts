/** Fields of the documents of `spans` and `arrivals`: name, type, and the expression that reads it. */

export interface SpanField {
  readonly type: string
  readonly sql: string
}

type Scalar =
  | 'String'
  | 'LowCardinality(String)'
  | 'UInt8'
  | 'UInt16'
  | 'UInt32'
  | 'Nullable(UInt64)'
  | 'Nullable(Float32)'

const MAP = 'Map(LowCardinality(String), String)'

/** A field of a document under `key`. */
function scalar(document: string, key: string, type: Scalar): SpanField {
  if (type.endsWith('String)') || type === 'String') return { type, sql: `JSONExtractString(${document}, '${key}')` }
  if (type.startsWith('Nullable')) return { type, sql: `JSONExtract(${document}, '${key}', '${type}')` }
  return { type, sql: `JSONExtractUInt(${document}, '${key}')` }
}

function map(document: string, key: string): SpanField {
  return { type: MAP, sql: `JSONExtract(${document}, '${key}', 'Map(String, String)')` }
}

/** Nanoseconds since the epoch. */
function time(document: string, key: string): SpanField {
  return {
    type: 'Nullable(DateTime64(9))',
    sql: `fromUnixTimestamp64Nano(JSONExtract(${document}, '${key}', 'Nullable(Int64)'))`,
  }
}

/** One column of events or links. */
function list(document: string, key: string, inner: string, read: string = inner): SpanField {
  return { type: `Array(${inner})`, sql: `JSONExtract(${document}, '${key}', 'Array(${read})')` }
}

const ids = (key: string, bytes: number): SpanField => ({
  type: `Array(FixedString(${bytes}))`,
  sql: `arrayMap(id -> toFixedString(unhex(id), ${bytes}), JSONExtract(links_json, '${key}', 'Array(String)'))`,
})

function label(name: string, type: Scalar = 'LowCardinality(String)'): SpanField {
  return scalar('labels_json', name, type)
}

function field(name: string): SpanField {
  return scalar('fields_json', name, 'String')
}

const KEYS = "JSONExtract(labels_json, 'attribute_keys', 'Array(String)')"
const VALUES = "JSONExtract(attribute_values, 'Array(String)')"

/** Keys alone say nothing: arrivals have the values of some spans only. */
const ATTRIBUTES: SpanField = { type: MAP, sql: `mapFromArrays(arraySlice(${KEYS}, 1, length(${VALUES})), ${VALUES})` }

const OF_SPAN: Readonly<Record<string, SpanField>> = {
  attributes: ATTRIBUTES,
  /** One `VALUE_TYPES` code per attribute, in order. */
  attribute_types: scalar('labels_json', 'attribute_types', 'String'),
  flags: scalar('labels_json', 'flags', 'UInt32'),
  dropped_attributes_count: scalar('labels_json', 'dropped_attributes_count', 'UInt32'),
  dropped_events_count: scalar('labels_json', 'dropped_events_count', 'UInt32'),
  dropped_links_count: scalar('labels_json', 'dropped_links_count', 'UInt32'),
  trace_state: field('trace_state'),
  status_message: field('status_message'),
}

const OF_EVENTS: Readonly<Record<string, SpanField>> = {
  'events.time': {
    type: 'Array(DateTime64(9))',
    sql: `arrayMap(at -> fromUnixTimestamp64Nano(at), JSONExtract(events_json, 'time', 'Array(Int64)'))`,
  },
  'events.name': list('events_json', 'name', 'LowCardinality(String)', 'String'),
  'events.attributes': list('events_json', 'attributes', MAP, 'Map(String, String)'),
  'events.attribute_types': list('events_json', 'attribute_types', 'String'),
  'events.dropped_attributes_count': list('events_json', 'dropped_attributes_count', 'UInt32'),
}

const OF_LINKS: Readonly<Record<string, SpanField>> = {
  'links.trace_id': ids('trace_id', 16),
  'links.span_id': ids('span_id', 8),
  'links.trace_state': list('links_json', 'trace_state', 'String'),
  'links.flags': list('links_json', 'flags', 'UInt32'),
  'links.attributes': list('links_json', 'attributes', MAP, 'Map(String, String)'),
  'links.attribute_types': list('links_json', 'attribute_types', 'String'),
  'links.dropped_attributes_count': list('links_json', 'dropped_attributes_count', 'UInt32'),
}

function ofParent(name: 'scope' | 'resource'): Record<string, SpanField> {
  const document = `${name}_json`
  return {
    [`${name}_schema_url`]: scalar(document, 'schema_url', 'LowCardinality(String)'),
    [`${name}_attributes`]: map(document, 'attributes'),
    [`${name}_attribute_types`]: scalar(document, 'attribute_types', 'LowCardinality(String)'),
    [`${name}_dropped_attributes_count`]: scalar(document, 'dropped_attributes_count', 'UInt32'),
  }
}

/** What mapping read, of which there are few different values. */
const LABELS: Readonly<Record<string, SpanField>> = {
  /** Rule 1–5 of docs/model.md that made it an entry or candidate; 0 for the other roles. */
  rule: label('rule', 'UInt8'),
  /** 1 when the emitter named the status, 0 when it follows from the span's status and error. */
  status_explicit: label('status_explicit', 'UInt8'),
  attempt: label('attempt', 'UInt16'),
  /** The emitter's profile: n8n, mastra, langgraph, ai-sdk, runlens, opentelemetry, … */
  provider: label('provider'),
  execution_kind: label('execution_kind'),
  instance: label('instance'),
  workflow_id: label('workflow_id'),
  workflow_name: label('workflow_name'),
  workflow_version: label('workflow_version'),
  mode: label('mode'),
  environment: label('environment'),
  step_name: label('step_name'),
  step_type: label('step_type'),
  error_type: label('error_type'),
  /** db.response.status_code, http.response.status_code or rpc.grpc.status_code. */
  response_status_code: label('response_status_code'),
  database_type: label('database_type'),
  /** The attribute that holds the input or output: `attributes[input_key]`; '' where there is none. */
  input_key: label('input_key'),
  output_key: label('output_key'),
}

/** What mapping read, of which every span may have another value. */
const FIELDS: Readonly<Record<string, SpanField>> = {
  execution_id: field('execution_id'),
  user_id: field('user_id'),
  conversation_id: field('conversation_id'),
  error_message: field('error_message'),
  error_stack: field('error_stack'),
  query: field('query'),
  query_complexity: field('query_complexity'),
  query_page: field('query_page'),
  query_page_size: field('query_page_size'),
  parent_execution_id: field('parent_execution_id'),
  retry_of: field('retry_of'),
  replay_of: field('replay_of'),
  rows_total: scalar('fields_json', 'rows_total', 'Nullable(UInt64)'),
  rows_returned: scalar('fields_json', 'rows_returned', 'Nullable(UInt64)'),
  progress: scalar('fields_json', 'progress', 'Nullable(Float32)'),
  queued_at: time('fields_json', 'queued_at'),
  expected_end_at: time('fields_json', 'expected_end_at'),
}

/** Everything that stands in the documents of a span. In SQL of users they are columns of the view `v_spans`. */
export const SPAN_FIELDS: Readonly<Record<string, SpanField>> = {
  ...OF_SPAN,
  ...OF_EVENTS,
  ...OF_LINKS,
  scope_name: scalar('scope_json', 'name', 'LowCardinality(String)'),
  scope_version: scalar('scope_json', 'version', 'LowCardinality(String)'),
  ...ofParent('scope'),
  ...ofParent('resource'),
  ...LABELS,
  ...FIELDS,
}

/** SQL: the value of a field, over `spans`; over `arrivals` for attributes, labels and what mapping read. */
export function fieldValue(name: string): string {
  const { sql, type } = SPAN_FIELDS[name]!
  return `CAST(${sql}, '${type}')`
}

/** Fields as columns of a select list, under their own names. */
export function fieldColumns(names: readonly string[]): string[] {
  return names.map((name) => named(fieldValue(name), name))
}

/** The same for many rows: `fields_json` is parsed once for all of its fields that are asked for, in a column `read_fields` before them. */
export function fieldColumnsReadOnce(names: readonly string[]): string[] {
  const read = names.filter((name) => name in FIELDS)
  if (read.length < 2) return fieldColumns(names)
  const inner = read.map((name) => `${name} ${isTime(name) ? 'Nullable(Int64)' : FIELDS[name]!.type}`)
  return [
    `JSONExtract(fields_json, 'Tuple(${inner.join(', ')})') AS read_fields`,
    ...names.map((name) => {
      if (!(name in FIELDS)) return named(fieldValue(name), name)
      const element = `tupleElement(read_fields, '${name}')`
      return named(isTime(name) ? `fromUnixTimestamp64Nano(${element})` : element, name)
    }),
  ]
}

function isTime(name: string): boolean {
  return FIELDS[name]!.type.includes('DateTime64')
}

function named(sql: string, name: string): string {
  return `${sql} AS ${name.includes('.') ? `\`${name}\`` : name}`
}

/** Every ALIAS column of `logs`. */
export const LOG_ALIASES: Readonly<Record<string, SpanField>> = {
  attributes: ATTRIBUTES,
  attribute_types: scalar('labels_json', 'attribute_types', 'String'),
  /** `VALUE_TYPES` code of the body; '' without one. */
  body_type: label('body_type'),
  flags: scalar('labels_json', 'flags', 'UInt32'),
  dropped_attributes_count: scalar('labels_json', 'dropped_attributes_count', 'UInt32'),
  scope_name: scalar('scope_json', 'name', 'LowCardinality(String)'),
  scope_version: scalar('scope_json', 'version', 'LowCardinality(String)'),
  ...ofParent('scope'),
  ...ofParent('resource'),
}

/** As it stands in a table's declaration. */
export function aliasSql(name: string, { type, sql }: SpanField): string {
  return `${name.includes('.') ? `\`${name}\`` : name} ${type} ALIAS ${sql}`
}
