/**
 * Every span as it was sent, and what it says of itself. Filled by the collector; a resend replaces itself.
 *
 * A span has few columns, because merging costs by the column (docs/adr/0015): what is not searched lies in JSON documents, whose fields
 * are {@link SPAN_FIELDS}. The view `v_spans` has every field as a column; the table has no ALIAS columns, because ClickHouse resolves each
 * of them for each statement, used or not.
 *
 * Engine: ReplacingMergeTree(ended_at), PARTITION BY toDate(started_at),
 * ORDER BY (tenant, toStartOfFiveMinutes(started_at), service, trace_id, started_at, span_id).
 * Absent text is '', an absent id is all zero bytes, an absent time is the epoch; only figures are Nullable.
 */
import { table } from './column.ts'

export const ROLE_ENUM = "Enum8('other' = 0, 'marker' = 1, 'step' = 2, 'candidate' = 3, 'entry' = 4)"
export const STATUS_ENUM =
  "Enum8('' = 0, 'queued' = 1, 'running' = 2, 'waiting' = 3, 'success' = 4, 'partial' = 5, 'failed' = 6, 'error' = 7, 'timeout' = 8, 'cancelled' = 9, 'lost' = 10)"

export const SPANS = table('spans', {
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
  /** Values of the attributes as a JSON array of texts; their keys and types are labels. */
  attribute_values: 'String',
  // Documents: a JSON object each, '' where nothing stands in it; a field that is '', 0 or null is left out.
  /** Of what has few different values: one entry of a dictionary for many spans. */
  labels_json: 'LowCardinality(String)',
  /** Of what has many. */
  fields_json: 'String',
  events_json: 'String',
  links_json: 'String',
  scope_json: 'LowCardinality(String)',
  resource_json: 'LowCardinality(String)',
})
