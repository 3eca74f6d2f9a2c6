/** Errors: failures counted by what failed, and what people said of them. */
import { type Row, table } from './column.ts'
import { DURATIONS } from './rollups.ts'

/** Newest failures that a row of {@link ERROR_HOURS} keeps. */
export const ERROR_SAMPLES_MAX = 5
/** Characters of their messages. */
export const ERROR_SAMPLE_TEXT_MAX = 1_000

/** Fingerprints of failures that settling gave none: those of rows older than fingerprints, and the lost ones, which are seen when read only. */
export const NO_FINGERPRINT = 'unknown'
export const LOST_FINGERPRINT = 'lost'

/** Failures by the hour of their start. A rollup like those of `rollups.ts`: rebuilt by the worker, rows of zeros for keys that vanished. */
export const ERROR_HOURS = table('error_hours', {
  tenant: 'LowCardinality(String)',
  hour: 'DateTime',
  error_fingerprint: 'LowCardinality(String)',
  kind: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  /** These and the next of the newest. */
  workflow_name: 'LowCardinality(String)',
  error_type: 'LowCardinality(String)',
  error_class: 'LowCardinality(String)',
  failed_step: 'LowCardinality(String)',
  /** `sipHash128` of the users that were hit, each once. */
  users: 'Array(FixedString(16))',
  /** The newest: start in nanoseconds, negative; execution id; instance; message, cut. */
  samples: 'Array(Tuple(Int64, String, String, String))',
  first_started_at: 'DateTime64(9)',
  executions: 'UInt64',
  ...DURATIONS,
})

/** The same by day, without samples: see `EXECUTION_DAYS` in `rollups.ts`. */
export const ERROR_DAYS = table('error_days', {
  tenant: 'LowCardinality(String)',
  day: 'DateTime',
  error_fingerprint: 'LowCardinality(String)',
  kind: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  workflow_name: 'LowCardinality(String)',
  error_type: 'LowCardinality(String)',
  error_class: 'LowCardinality(String)',
  failed_step: 'LowCardinality(String)',
  users: 'Array(FixedString(16))',
  first_started_at: 'DateTime64(9)',
  executions: 'UInt64',
  ...DURATIONS,
})

/** ReplacingMergeTree(updated_at, is_deleted), ORDER BY (tenant, fingerprint): read with FINAL. `updated_at` is given by ClickHouse. */
export const ERROR_STATES = table('error_states', {
  tenant: 'LowCardinality(String)',
  fingerprint: 'String',
  /** open, resolved or ignored. */
  state: 'LowCardinality(String)',
  /** By the clock of the API that wrote it; what started later counts as seen again. */
  set_at: 'DateTime64(3)',
  set_by: 'String',
  /** Ignored until so many were seen since; 0: without end. */
  until_count: 'UInt64',
  /** Ignored until there were more in an hour; 0: without end. */
  until_rate: 'Float64',
  /** Executions of the hour of `set_at` that had been seen by then: what is counted since begins with that hour. */
  count_before: 'UInt64',
  updated_at: 'DateTime64(6)',
  is_deleted: 'UInt8',
})
export type ErrorStateRow = Row<typeof ERROR_STATES>
