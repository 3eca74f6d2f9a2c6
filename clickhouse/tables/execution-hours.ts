/**
 * Hourly rollups of executions, rebuilt by the worker for every hour that became dirty.
 *
 * Engine: ReplacingMergeTree(generation), ORDER BY (tenant, hour, kind, environment, workflow_id, status); read with FINAL.
 * `execution_hours_total` is the same without workflow columns. Quantile states are over the logarithmic buckets of
 * `quantiles.ts` (`EXECUTION_SCALE`), which read back within 1.1 %. A key that vanished from its hour keeps a row of zeros.
 */
import { table } from './column.ts'
import { STATUS_ENUM } from './spans.ts'

const FIGURES = {
  executions: 'UInt64',
  /** How many of them have a duration. */
  durations: 'UInt64',
  duration_ms_sum: 'Float64',
  duration_ms_max: 'Float64',
  duration_bucket: 'AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16)',
  queue_ms_sum: 'Float64',
  rows_total_sum: 'UInt64',
  last_started_at: 'DateTime64(9)',
  generation: 'UInt64',
} as const

export const EXECUTION_HOURS = table('execution_hours', {
  tenant: 'LowCardinality(String)',
  hour: 'DateTime',
  kind: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  workflow_name: 'LowCardinality(String)',
  status: STATUS_ENUM,
  ...FIGURES,
})

export const EXECUTION_HOURS_TOTAL = table('execution_hours_total', {
  tenant: 'LowCardinality(String)',
  hour: 'DateTime',
  kind: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  status: STATUS_ENUM,
  ...FIGURES,
})
