/**
 * Rollups of executions and their steps, rebuilt by the worker for every hour that became dirty.
 *
 * Engine: ReplacingMergeTree(generation), ordered by everything before the figures; read with FINAL. A key that vanished
 * from its hour keeps a row of zeros. Quantile states are over the logarithmic buckets of `quantiles.ts`, which read back
 * within 1.1 %. Hours that wait for being rebuilt are missing or old here: `v_execution_minutes` and `v_step_hours` read these
 * from `executions` instead.
 */
import { table } from './column.ts'
import { STATUS_ENUM } from './spans.ts'

export const DURATIONS = {
  /** How many of them have a duration. */
  durations: 'UInt64',
  duration_ms_sum: 'Float64',
  duration_ms_max: 'Float64',
  duration_bucket: 'AggregateFunction(quantilesTiming(0.5, 0.75, 0.9, 0.95, 0.99), UInt16)',
  last_started_at: 'DateTime64(9)',
  generation: 'UInt64',
} as const

const FIGURES = {
  executions: 'UInt64',
  queue_ms_sum: 'Float64',
  rows_total_sum: 'UInt64',
  ...DURATIONS,
} as const

/** By the minute of their start: for charts. Scale: `EXECUTION_SCALE`. */
export const EXECUTION_MINUTES = table('execution_minutes', {
  tenant: 'LowCardinality(String)',
  minute: 'DateTime',
  kind: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  status: STATUS_ENUM,
  ...FIGURES,
})

/** By the hour of their start: for long ranges. Scale: `EXECUTION_SCALE`. */
export const EXECUTION_HOURS = table('execution_hours', {
  tenant: 'LowCardinality(String)',
  hour: 'DateTime',
  kind: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  status: STATUS_ENUM,
  workflow_name: 'LowCardinality(String)',
  /** `sipHash128` of the users that failures hit, each once: over a long range they are many more than the workflows. */
  failed_users: 'Array(FixedString(16))',
  ...FIGURES,
})

/**
 * The same by day: what ranges of weeks are answered from. Rebuilt from the hours of the day (`worker/rollup/rebuild-days.ts`), before the last of
 * those that waited counts as rebuilt: a day of which no hour is dirty is right.
 */
export const EXECUTION_DAYS = table('execution_days', {
  tenant: 'LowCardinality(String)',
  day: 'DateTime',
  kind: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  status: STATUS_ENUM,
  workflow_name: 'LowCardinality(String)',
  failed_users: 'Array(FixedString(16))',
  ...FIGURES,
})

/** {@link EXECUTION_HOURS} over all workflows. */
export const EXECUTION_HOURS_TOTAL = table('execution_hours_total', {
  tenant: 'LowCardinality(String)',
  hour: 'DateTime',
  kind: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  status: STATUS_ENUM,
  ...FIGURES,
})

/** Steps of executions that are over, by the hour in which their execution started. Scale: `STEP_SCALE`. */
export const STEP_HOURS = table('step_hours', {
  tenant: 'LowCardinality(String)',
  hour: 'DateTime',
  workflow_id: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  /** Of the execution. */
  kind: 'LowCardinality(String)',
  step_type: 'LowCardinality(String)',
  step_name: 'LowCardinality(String)',
  step_status: STATUS_ENUM,
  steps: 'UInt64',
  ...DURATIONS,
})

/** The same by day, as {@link EXECUTION_DAYS}. */
export const STEP_DAYS = table('step_days', {
  tenant: 'LowCardinality(String)',
  day: 'DateTime',
  workflow_id: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  kind: 'LowCardinality(String)',
  step_type: 'LowCardinality(String)',
  step_name: 'LowCardinality(String)',
  step_status: STATUS_ENUM,
  steps: 'UInt64',
  ...DURATIONS,
})

/**
 * Queries by the hour of their start: executions of kind query, and the database steps of all others. ORDER BY (tenant, is_total, user_id,
 * hour, started_hour, database_type, status). Read without FINAL: a row counts if its generation is that of the last rebuild of its
 * `started_hour`, in microseconds, and no other.
 */
export const QUERY_HOURS = table('query_hours', {
  tenant: 'LowCardinality(String)',
  /** 1: over all users, whose `user_id` is ''. */
  is_total: 'UInt8',
  user_id: 'String',
  hour: 'DateTime',
  /** Of the execution: the row is rebuilt with that hour. */
  started_hour: 'DateTime',
  database_type: 'LowCardinality(String)',
  status: STATUS_ENUM,
  queries: 'UInt64',
  durations: 'UInt64',
  duration_ms_sum: 'Float64',
  duration_ms_max: 'Float64',
  rows_sum: 'UInt64',
  generation: 'UInt64',
})
