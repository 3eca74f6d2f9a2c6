/**
 * The log that settling follows: what settling needs of each inserted span, written by a materialized view on `spans`, columns as
 * there.
 *
 * Engine: MergeTree, PARTITION BY toStartOfTenMinutes(arrived_at), ORDER BY (arrived_at), TTL one day. Append-only; the worker drops the
 * partitions that it has read.
 */
import { table } from './column.ts'
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
  status: STATUS_ENUM,
  labels_json: 'LowCardinality(String)',
  fields_json: 'String',
  /** Of spans that may be executions only. */
  attribute_values: 'String',
})
