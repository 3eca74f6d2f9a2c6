/**
 * Every span as it was sent, and what it says of itself, in two tables: `incoming_spans`, which the collector writes into and which keeps
 * nothing (engine Null), and `spans`, where they rest. Views carry each inserted block into `spans`, `arrivals` and `traces`.
 *
 * At rest a span has few columns, because merging costs by the column: what is not searched lies in JSON documents, and every field
 * of them is an ALIAS column under its own name ({@link SPAN_ALIASES}). ADR 15 has the figures.
 *
 * Engine of `spans`: ReplacingMergeTree(ended_at), PARTITION BY toDate(started_at),
 * ORDER BY (tenant, toStartOfFiveMinutes(started_at), service, trace_id, started_at, span_id).
 * Absent text is '', an absent id is all zero bytes, an absent time is the epoch; only figures are Nullable.
 */
import { table } from './column.ts'

export const ROLE_ENUM = "Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4)"
export const STATUS_ENUM =
  "Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10)"

/** What both tables have. */
const STORED = {
  tenant: 'LowCardinality(String)',
  /** When the collector accepted the request that brought the span. */
  received_at: 'DateTime64(3)',
  // OTLP field names, the times as in the executions.
  trace_id: 'FixedString(16)',
  span_id: 'FixedString(8)',
  parent_span_id: 'FixedString(8)',
  name: 'LowCardinality(String)',
  /** OTLP SpanKind number. */
  kind: 'UInt8',
  started_at: 'DateTime64(9)',
  /** Epoch while the span has not ended. */
  ended_at: 'DateTime64(9)',
  /** OTLP StatusCode number: 0 unset, 1 ok, 2 error. */
  status_code: 'UInt8',
  /** `service.name` of the resource. */
  service: 'LowCardinality(String)',
  role: ROLE_ENUM,
  /** Canonical status of the execution or step; '' for plain spans that say nothing. */
  status: STATUS_ENUM,
  // Documents: a JSON object each, '' where nothing stands in it. Attribute values are texts, in order, as SPAN_ALIASES says.
  attributes_json: 'String',
  /** What few different values have: flags, attribute types, dropped counts. */
  span_json: 'LowCardinality(String)',
  /** Texts that few spans have, and everything that mapping read. */
  fields_json: 'String',
  events_json: 'String',
  links_json: 'String',
  scope_json: 'LowCardinality(String)',
  resource_json: 'LowCardinality(String)',
} as const

/** What mapping read from a span, and settling reads of it: columns for `arrivals`, fields of `fields_json` at rest. */
const READ = {
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
} as const

export const INCOMING_SPANS = table('incoming_spans', { ...STORED, ...READ })
export const SPANS = table('spans', STORED)
