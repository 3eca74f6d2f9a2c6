/**
 * Rollups by minute, fed by materialized views: fresh at once, exact as long as nothing is amended.
 *
 * Engine: AggregatingMergeTree, PARTITION BY toDate(minute, 'UTC'), ORDER BY the key columns, index_granularity 256; read
 * with GROUP BY. Buckets are those of `quantiles.ts`.
 */
import { table } from './column.ts'
import { STATUS_ENUM } from './spans.ts'

const FIGURES = {
  /** How many of them have a duration. */
  durations: 'SimpleAggregateFunction(sum, UInt64)',
  duration_ms_sum: 'SimpleAggregateFunction(sum, Float64)',
  duration_ms_max: 'SimpleAggregateFunction(max, Float64)',
  duration_bucket: 'AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16)',
  last_started_at: 'SimpleAggregateFunction(max, DateTime64(9))',
} as const

/** Spans that are steps by themselves, by the minute of their start; from each inserted block, ended ones only. Scale: `STEP_SCALE`. */
export const STEP_MINUTES = table('step_minutes', {
  tenant: 'LowCardinality(String)',
  minute: 'DateTime',
  service: 'LowCardinality(String)',
  provider: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  step_type: 'LowCardinality(String)',
  step_name: 'LowCardinality(String)',
  status: STATUS_ENUM,
  steps: 'SimpleAggregateFunction(sum, UInt64)',
  ...FIGURES,
  rows_returned_sum: 'SimpleAggregateFunction(sum, UInt64)',
})

/** Executions by the minute of their start, from the row in which each first became final. Scale: `EXECUTION_SCALE`. */
export const EXECUTION_MINUTES = table('execution_minutes', {
  tenant: 'LowCardinality(String)',
  minute: 'DateTime',
  kind: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  status: STATUS_ENUM,
  executions: 'SimpleAggregateFunction(sum, UInt64)',
  ...FIGURES,
  queue_ms_sum: 'SimpleAggregateFunction(sum, Float64)',
  rows_total_sum: 'SimpleAggregateFunction(sum, UInt64)',
})
