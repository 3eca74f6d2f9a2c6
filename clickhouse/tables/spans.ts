/**
 * Every span as it was sent, and what it says of itself. Filled by the collector; a resend replaces itself.
 *
 * Engine: ReplacingMergeTree(ended_at), PARTITION BY toDate(started_at),
 * ORDER BY (tenant, toStartOfFiveMinutes(started_at), service, trace_id, started_at, span_id).
 * Absent text is '', an absent id is all zero bytes, an absent time is the epoch; only figures are Nullable.
 */
import { type Row, table } from './column.ts'

export const ROLE_ENUM = "Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4)"
export const STATUS_ENUM =
  "Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10)"

export const SPANS = table('spans', {
  tenant: 'LowCardinality(String)',
  /** When the collector accepted the request that brought the span. */
  received_at: 'DateTime64(3)',

  // The span as sent (OTLP field names, the times as in the executions).
  trace_id: 'FixedString(16)',
  span_id: 'FixedString(8)',
  parent_span_id: 'FixedString(8)',
  trace_state: 'String',
  flags: 'UInt32',
  name: 'LowCardinality(String)',
  /** OTLP SpanKind number. */
  kind: 'UInt8',
  started_at: 'DateTime64(9)',
  /** Epoch while the span has not ended. */
  ended_at: 'DateTime64(9)',
  /** OTLP StatusCode number: 0 unset, 1 ok, 2 error. */
  status_code: 'UInt8',
  status_message: 'String',
  attributes: 'Map(LowCardinality(String), String)',
  /** One `VALUE_TYPES` code per attribute, in order. */
  attribute_types: 'String',
  dropped_attributes_count: 'UInt32',
  'events.time': 'Array(DateTime64(9))',
  'events.name': 'Array(LowCardinality(String))',
  'events.attributes': 'Array(Map(LowCardinality(String), String))',
  'events.attribute_types': 'Array(String)',
  'events.dropped_attributes_count': 'Array(UInt32)',
  dropped_events_count: 'UInt32',
  'links.trace_id': 'Array(FixedString(16))',
  'links.span_id': 'Array(FixedString(8))',
  'links.trace_state': 'Array(String)',
  'links.flags': 'Array(UInt32)',
  'links.attributes': 'Array(Map(LowCardinality(String), String))',
  'links.attribute_types': 'Array(String)',
  'links.dropped_attributes_count': 'Array(UInt32)',
  dropped_links_count: 'UInt32',
  scope_name: 'LowCardinality(String)',
  scope_version: 'LowCardinality(String)',
  scope_schema_url: 'LowCardinality(String)',
  scope_attributes: 'Map(LowCardinality(String), String)',
  scope_attribute_types: 'LowCardinality(String)',
  scope_dropped_attributes_count: 'UInt32',
  resource_schema_url: 'LowCardinality(String)',
  /** Its attributes as a JSON object of strings, '' where there are none; as a Map they are in the ALIAS `resource_attributes`. */
  resource: 'LowCardinality(String)',
  resource_attribute_types: 'LowCardinality(String)',
  resource_dropped_attributes_count: 'UInt32',
  /** `service.name` of the resource. */
  service: 'LowCardinality(String)',

  // What mapping read from it.
  role: ROLE_ENUM,
  /** Rule 1–5 of docs/model.md that made it an entry or candidate; 0 for the other roles. */
  rule: 'UInt8',
  /** The emitter's profile: n8n, mastra, langgraph, ai-sdk, runlens, opentelemetry, … */
  provider: 'LowCardinality(String)',
  execution_kind: 'LowCardinality(String)',
  execution_id: 'String',
  instance: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  workflow_name: 'LowCardinality(String)',
  workflow_version: 'LowCardinality(String)',
  /** Canonical status of the execution or step; '' for plain spans that say nothing. */
  status: STATUS_ENUM,
  /** 1 when the emitter named the status, 0 when it follows from the span's status and error. */
  status_explicit: 'UInt8',
  mode: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  user_id: 'String',
  conversation_id: 'String',
  step_name: 'LowCardinality(String)',
  step_type: 'LowCardinality(String)',
  attempt: 'UInt16',
  error_type: 'LowCardinality(String)',
  error_message: 'String',
  error_stack: 'String',
  /** db.response.status_code, http.response.status_code or rpc.grpc.status_code. */
  response_status_code: 'LowCardinality(String)',
  database_type: 'LowCardinality(String)',
  query: 'String',
  rows_total: 'Nullable(UInt64)',
  rows_returned: 'Nullable(UInt64)',
  /** The attribute that holds the input or output: `attributes[input_key]`; '' where there is none. */
  input_key: 'LowCardinality(String)',
  output_key: 'LowCardinality(String)',
  parent_execution_id: 'String',
  retry_of: 'String',
  replay_of: 'String',
  queued_at: 'Nullable(DateTime64(9))',
  expected_end_at: 'Nullable(DateTime64(9))',
  progress: 'Nullable(Float32)',
})
export type SpanRow = Row<typeof SPANS>
