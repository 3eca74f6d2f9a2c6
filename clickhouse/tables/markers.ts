/**
 * What is told of spans beside the spans themselves (docs/adr/0017): that they began, changed, live, threw. Written by the collector from log
 * records, pending spans and spans without an end; read together with `spans` wherever a trace is settled. Columns as there, and the same
 * documents, in which `marker` and `recorded_at` stand once more for `arrivals`.
 *
 * Engine: ReplacingMergeTree(recorded_at), PARTITION BY toDate(started_at),
 * ORDER BY (tenant, trace_id, span_id, marker, everything it says). Of heartbeats the last one replaces all others of its span.
 */
import { table } from './column.ts'
import { ROLE_ENUM, STATUS_ENUM } from './spans.ts'

export const MARKERS = table('markers', {
  tenant: 'LowCardinality(String)',
  received_at: 'DateTime64(3)',
  trace_id: 'FixedString(16)',
  span_id: 'FixedString(8)',
  marker: "Enum8('started' = 1, 'updated' = 2, 'heartbeat' = 3, 'exception' = 4)",
  /** The moment that it tells of. */
  recorded_at: 'DateTime64(9)',
  parent_span_id: 'FixedString(8)',
  name: 'LowCardinality(String)',
  kind: 'UInt8',
  /** Of the span; of an exception, when it was thrown. */
  started_at: 'DateTime64(9)',
  ended_at: 'DateTime64(9)',
  status_code: 'UInt8',
  service: 'LowCardinality(String)',
  role: ROLE_ENUM,
  status: STATUS_ENUM,
  attribute_values: 'String',
  labels_json: 'LowCardinality(String)',
  fields_json: 'String',
})
