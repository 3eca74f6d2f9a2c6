/**
 * Every log record as it was sent, laid out like `spans` (docs/adr/0015): few columns, and documents whose fields are the ALIAS columns
 * of `LOG_ALIASES`. Filled by the collector. A record has no identity: one that a client sends again is there twice.
 *
 * Engine: MergeTree, PARTITION BY toDate(time),
 * ORDER BY (tenant, toStartOfFiveMinutes(time), service, trace_id, time).
 */
import { table } from './column.ts'

export const LOGS = table('logs', {
  tenant: 'LowCardinality(String)',
  /** When the collector accepted the request that brought the record. */
  received_at: 'DateTime64(3)',
  /** The record's own time, else when it was observed, else `received_at`. */
  time: 'DateTime64(9)',
  /** All zero where the record belongs to no trace. */
  trace_id: 'FixedString(16)',
  span_id: 'FixedString(8)',
  /** OTLP SeverityNumber; 0 where unspecified. */
  severity_number: 'UInt8',
  severity_text: 'LowCardinality(String)',
  /** `service.name` of the resource. */
  service: 'LowCardinality(String)',
  event_name: 'LowCardinality(String)',
  /** As attribute values rest: a string as it is, anything else as text of the type `body_type`. */
  body: 'String',
  /** Values of the attributes as a JSON array of texts; their keys and types are labels. */
  attribute_values: 'String',
  labels_json: 'LowCardinality(String)',
  scope_json: 'LowCardinality(String)',
  resource_json: 'LowCardinality(String)',
})
