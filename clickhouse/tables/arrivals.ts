/**
 * The log that settling follows: one row per trace and inserted block, written by a materialized view on `spans`.
 *
 * Engine: MergeTree, PARTITION BY toStartOfHour(arrived_at), ORDER BY (arrived_at), TTL one day. Append-only.
 */
import { type Row, table } from './column.ts'

export const ARRIVALS = table('arrivals', {
  /** ClickHouse's clock when the block was inserted; rows may become visible later than that. */
  arrived_at: 'DateTime64(6)',
  tenant: 'LowCardinality(String)',
  trace_id: 'FixedString(16)',
  spans: 'UInt32',
  /** Where the block's spans of the trace lie: `traces` may show them a moment later than this row. */
  first_started_at: 'DateTime64(9)',
  last_started_at: 'DateTime64(9)',
  services: 'Array(String)',
})
export type ArrivalRow = Row<typeof ARRIVALS>
