/**
 * The log of the versions of executions: one row for each that was written, by a view on `executions`, tombstones left out. Live
 * streams follow it.
 *
 * Engine: MergeTree, PARTITION BY toStartOfHour(changed_at), ORDER BY (changed_at), TTL one day. Append-only. A row's place is
 * `(_block_number, _block_offset)`: ClickHouse numbers blocks as they become visible, and merges keep the numbers. A write that was
 * repeated stands here twice, with the same `version`.
 */
import { table } from './column.ts'
import { STATUS_ENUM } from './spans.ts'

export const EXECUTION_CHANGES = table('execution_changes', {
  /** ClickHouse's clock when the block was inserted. */
  changed_at: 'DateTime64(6)',
  tenant: 'LowCardinality(String)',
  execution_id: 'String',
  instance: 'LowCardinality(String)',
  kind: 'LowCardinality(String)',
  provider: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  workflow_name: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  service: 'LowCardinality(String)',
  user_id: 'String',
  conversation_id: 'String',
  status: STATUS_ENUM,
  /** '' when this is the first version. */
  previous_status: STATUS_ENUM,
  started_at: 'DateTime64(9)',
  ended_at: 'Nullable(DateTime64(9))',
  duration_ms: 'Nullable(Float64)',
  progress: 'Nullable(Float32)',
  version: 'UInt64',
})
