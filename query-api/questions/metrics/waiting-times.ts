/** How long final executions of a range waited, and waited and ran together; and how their durations are spread. From the executions: rollups have neither. */
import { bucketDurationSql, durationBucketSql, EXECUTION_SCALE, QUANTILE_LEVELS } from '@runlens/clickhouse'
import { type FiguresFilter, scopeConditions } from '../figures.ts'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { FINAL, fellSilent } from '../status.ts'

const LEVELS = QUANTILE_LEVELS.join(', ')

export interface WaitingTimes {
  waits: string | number
  /** In the order of `QUANTILE_LEVELS`; null over nothing. */
  wait_quantiles: (number | null)[]
  wait_sum: number
  totals: string | number
  total_quantiles: (number | null)[]
  total_sum: number
}

/** @param exact or within 1.1 %, for long ranges */
export function waitingTimes(scope: Scope, filter: FiguresFilter, exact: boolean): Question<WaitingTimes> {
  const parameters = new Parameters()
  const both = 'assumeNotNull(queue_ms) + assumeNotNull(duration_ms)'
  const timed = 'queue_ms IS NOT NULL'
  const whole = `${timed} AND duration_ms IS NOT NULL`
  const sql = `SELECT
  countIf(${timed}) AS waits,
  ${quantiles('assumeNotNull(queue_ms)', timed, exact)} AS wait_quantiles,
  sumIf(assumeNotNull(queue_ms), ${timed}) AS wait_sum,
  countIf(${whole}) AS totals,
  ${quantiles(both, whole, exact)} AS total_quantiles,
  sumIf(${both}, ${whole}) AS total_sum
${finalRows(scope, filter, parameters)}`
  return { name: 'waiting-times', sql, params: parameters.values }
}

function quantiles(value: string, condition: string, exact: boolean): string {
  if (exact) return `quantilesExactIf(${LEVELS})(${value}, ${condition})`
  const buckets = `quantilesTimingIf(${LEVELS})(${durationBucketSql(value, EXECUTION_SCALE)}, ${condition})`
  return `arrayMap(b -> ${bucketDurationSql('b', EXECUTION_SCALE)}, ${buckets})`
}

export interface HistogramRow {
  /** Lower bound of a bin, one of {@link DURATION_BINS_MS}. */
  bin_ms: number
  n: string | number
}

/** Bins on a logarithmic scale, from 1, 2 and 5 milliseconds to days; what is shorter than the second is in the first. */
export const DURATION_BINS_MS: readonly number[] = [
  0,
  ...Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat(),
]

export function durationHistogram(scope: Scope, filter: FiguresFilter): Question<HistogramRow> {
  const parameters = new Parameters()
  const sql = `SELECT
  roundDown(assumeNotNull(duration_ms), [${DURATION_BINS_MS.join(', ')}]) AS bin_ms,
  count() AS n
${finalRows(scope, filter, parameters, ['duration_ms IS NOT NULL'])}
GROUP BY bin_ms
ORDER BY bin_ms`
  return { name: 'duration-histogram', sql, params: parameters.values }
}

function finalRows(
  scope: Scope,
  filter: FiguresFilter,
  parameters: Parameters,
  conditions: readonly string[] = [],
): string {
  return rowsOf('executions', scope, parameters, [
    `started_at >= ${parameters.bindTime('from', filter.range.from)}`,
    `started_at < ${parameters.bindTime('to', filter.range.to)}`,
    ...scopeConditions(filter, parameters),
    `(status IN ${FINAL} OR ${fellSilent(parameters, filter.silence)})`,
    ...conditions,
  ])
}
