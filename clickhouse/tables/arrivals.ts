/**
 * The log that settling follows: what settling needs of each inserted span, written by a materialized view on `incoming_spans`,
 * columns as there.
 *
 * Engine: MergeTree, PARTITION BY toStartOfHour(arrived_at), ORDER BY (arrived_at), TTL one day. Append-only; the worker drops the hours
 * that it has read.
 */
import { type Row, table } from './column.ts'
import { ROLE_ENUM, STATUS_ENUM } from './spans.ts'

export const ARRIVALS = table('arrivals', {
  /** ClickHouse's clock when the block was inserted, one moment for all of its rows; they become visible together, and later. */
  arrived_at: 'DateTime64(6)',
  tenant: 'LowCardinality(String)',
  trace_id: 'FixedString(16)',
  span_id: 'FixedString(8)',
  parent_span_id: 'FixedString(8)',
  received_at: 'DateTime64(3)',
  name: 'LowCardinality(String)',
  kind: 'UInt8',
  started_at: 'DateTime64(9)',
  ended_at: 'DateTime64(9)',
  status_code: 'UInt8',
  service: 'LowCardinality(String)',
  role: ROLE_ENUM,
  rule: 'UInt8',
  status: STATUS_ENUM,
  step_name: 'LowCardinality(String)',
  step_type: 'LowCardinality(String)',
  rows_total: 'Nullable(UInt64)',
  rows_returned: 'Nullable(UInt64)',
  provider: 'LowCardinality(String)',
  execution_kind: 'LowCardinality(String)',
  execution_id: 'String',
  instance: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  workflow_name: 'LowCardinality(String)',
  workflow_version: 'LowCardinality(String)',
  status_explicit: 'UInt8',
  mode: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  user_id: 'String',
  conversation_id: 'String',
  error_type: 'LowCardinality(String)',
  error_message: 'String',
  error_stack: 'String',
  response_status_code: 'LowCardinality(String)',
  database_type: 'LowCardinality(String)',
  parent_execution_id: 'String',
  retry_of: 'String',
  replay_of: 'String',
  attempt: 'UInt16',
  queued_at: 'Nullable(DateTime64(9))',
  expected_end_at: 'Nullable(DateTime64(9))',
  progress: 'Nullable(Float32)',
  /** Of spans that may be executions only, as are the attributes. */
  query: 'String',
  input_key: 'LowCardinality(String)',
  output_key: 'LowCardinality(String)',
  /** A document, as in `spans`; read through the ALIAS `attributes`. */
  attributes_json: 'String',
})
export type ArrivalRow = Row<typeof ARRIVALS>
