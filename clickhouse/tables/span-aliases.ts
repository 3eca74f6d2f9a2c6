/** Fields of the documents of `spans`, as ALIAS columns: name, type, and the expression that reads it. */

export interface Alias {
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
function scalar(document: string, key: string, type: Scalar): Alias {
  if (type.endsWith('String)') || type === 'String') return { type, sql: `JSONExtractString(${document}, '${key}')` }
  if (type.startsWith('Nullable')) return { type, sql: `JSONExtract(${document}, '${key}', '${type}')` }
  return { type, sql: `JSONExtractUInt(${document}, '${key}')` }
}

function map(document: string, key?: string): Alias {
  return { type: MAP, sql: `JSONExtract(${document}, ${key === undefined ? '' : `'${key}', `}'Map(String, String)')` }
}

/** Nanoseconds since the epoch. */
function time(document: string, key: string): Alias {
  return {
    type: 'Nullable(DateTime64(9))',
    sql: `fromUnixTimestamp64Nano(JSONExtract(${document}, '${key}', 'Nullable(Int64)'))`,
  }
}

/** One column of events or links. */
function list(document: string, key: string, inner: string, read: string = inner): Alias {
  return { type: `Array(${inner})`, sql: `JSONExtract(${document}, '${key}', 'Array(${read})')` }
}

const ids = (key: string, bytes: number): Alias => ({
  type: `Array(FixedString(${bytes}))`,
  sql: `arrayMap(id -> toFixedString(unhex(id), ${bytes}), JSONExtract(links_json, '${key}', 'Array(String)'))`,
})

const texts = (names: readonly string[], type: Scalar): Record<string, Alias> =>
  Object.fromEntries(names.map((name) => [name, scalar('fields_json', name, type)]))

const OF_SPAN: Readonly<Record<string, Alias>> = {
  attributes: map('attributes_json'),
  /** One `VALUE_TYPES` code per attribute, in order. */
  attribute_types: scalar('span_json', 'attribute_types', 'String'),
  flags: scalar('span_json', 'flags', 'UInt32'),
  dropped_attributes_count: scalar('span_json', 'dropped_attributes_count', 'UInt32'),
  dropped_events_count: scalar('span_json', 'dropped_events_count', 'UInt32'),
  dropped_links_count: scalar('span_json', 'dropped_links_count', 'UInt32'),
  ...texts(['trace_state', 'status_message'], 'String'),
}

const OF_EVENTS: Readonly<Record<string, Alias>> = {
  'events.time': {
    type: 'Array(DateTime64(9))',
    sql: `arrayMap(at -> fromUnixTimestamp64Nano(at), JSONExtract(events_json, 'time', 'Array(Int64)'))`,
  },
  'events.name': list('events_json', 'name', 'LowCardinality(String)', 'String'),
  'events.attributes': list('events_json', 'attributes', MAP, 'Map(String, String)'),
  'events.attribute_types': list('events_json', 'attribute_types', 'String'),
  'events.dropped_attributes_count': list('events_json', 'dropped_attributes_count', 'UInt32'),
}

const OF_LINKS: Readonly<Record<string, Alias>> = {
  'links.trace_id': ids('trace_id', 16),
  'links.span_id': ids('span_id', 8),
  'links.trace_state': list('links_json', 'trace_state', 'String'),
  'links.flags': list('links_json', 'flags', 'UInt32'),
  'links.attributes': list('links_json', 'attributes', MAP, 'Map(String, String)'),
  'links.attribute_types': list('links_json', 'attribute_types', 'String'),
  'links.dropped_attributes_count': list('links_json', 'dropped_attributes_count', 'UInt32'),
}

function ofParent(name: 'scope' | 'resource'): Record<string, Alias> {
  const document = `${name}_json`
  return {
    [`${name}_schema_url`]: scalar(document, 'schema_url', 'LowCardinality(String)'),
    [`${name}_attributes`]: map(document, 'attributes'),
    [`${name}_attribute_types`]: scalar(document, 'attribute_types', 'LowCardinality(String)'),
    [`${name}_dropped_attributes_count`]: scalar(document, 'dropped_attributes_count', 'UInt32'),
  }
}

/** Read by mapping; see `incoming_spans` for what each is. */
const OF_MAPPING: Readonly<Record<string, Alias>> = {
  rule: scalar('fields_json', 'rule', 'UInt8'),
  status_explicit: scalar('fields_json', 'status_explicit', 'UInt8'),
  attempt: scalar('fields_json', 'attempt', 'UInt16'),
  ...texts(
    [
      'provider',
      'execution_kind',
      'instance',
      'workflow_id',
      'workflow_name',
      'workflow_version',
      'mode',
      'environment',
    ].concat([
      'step_name',
      'step_type',
      'error_type',
      'response_status_code',
      'database_type',
      'input_key',
      'output_key',
    ]),
    'LowCardinality(String)',
  ),
  ...texts(
    [
      'execution_id',
      'user_id',
      'conversation_id',
      'error_message',
      'error_stack',
      'query',
      'parent_execution_id',
    ].concat(['retry_of', 'replay_of']),
    'String',
  ),
  rows_total: scalar('fields_json', 'rows_total', 'Nullable(UInt64)'),
  rows_returned: scalar('fields_json', 'rows_returned', 'Nullable(UInt64)'),
  progress: scalar('fields_json', 'progress', 'Nullable(Float32)'),
  queued_at: time('fields_json', 'queued_at'),
  expected_end_at: time('fields_json', 'expected_end_at'),
}

/** Every ALIAS column of `spans`; the DDL stands in `migrations/` and a test holds the two together. */
export const SPAN_ALIASES: Readonly<Record<string, Alias>> = {
  ...OF_SPAN,
  ...OF_EVENTS,
  ...OF_LINKS,
  scope_name: scalar('scope_json', 'name', 'LowCardinality(String)'),
  scope_version: scalar('scope_json', 'version', 'LowCardinality(String)'),
  ...ofParent('scope'),
  ...ofParent('resource'),
  ...OF_MAPPING,
}

/** As it stands in a table's declaration. */
export function aliasSql(name: string, { type, sql }: Alias): string {
  return `${name.includes('.') ? `\`${name}\`` : name} ${type} ALIAS ${sql}`
}
