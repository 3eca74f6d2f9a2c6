/**
 * What was not as usual in the executions of a tenant: odd hours and bursts of minutes, found by the worker every few minutes (`patterns.ts`), for
 * dashboards and SQL. All kinds but query and request together.
 *
 * Engine: ReplacingMergeTree(detected_at, is_deleted), PARTITION BY toYYYYMM(started_at), ORDER BY (tenant, started_at, pattern), TTL 400
 * days. Read with FINAL; what turned out to be usual after all is deleted.
 */
import { table } from './column.ts'

export const EXECUTION_PATTERNS = table('execution_patterns', {
  tenant: 'LowCardinality(String)',
  started_at: 'DateTime',
  ended_at: 'DateTime',
  /** spike, drop, failures, slow, burst. */
  pattern: 'LowCardinality(String)',
  /** Executions of the hour, percent of failures, milliseconds on average, executions of the busiest minute. */
  value: 'Float64',
  expected: 'Float64',
  expected_low: 'Float64',
  expected_high: 'Float64',
  /** Distance from the expected in standard deviations. */
  score: 'Float64',
  /** hour_of_week, hour_of_day, recent, minutes. */
  basis: 'LowCardinality(String)',
  /** Hours or minutes that the expected follows from. */
  samples: 'UInt32',
  executions: 'UInt64',
  failures: 'UInt64',
  /** One sentence for people. */
  reason: 'String',
  detected_at: 'DateTime64(6)',
  is_deleted: 'UInt8',
})
