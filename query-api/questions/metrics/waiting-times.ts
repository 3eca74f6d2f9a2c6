/**
 * How long final executions of a range waited, and waited and ran together; and how their durations are spread. Read from the executions, because
 * rollups have neither; in one pass, because over a long range reading is what costs.
 */
import { bucketDurationSql, durationBucketSql, EXECUTION_SCALE, QUANTILE_LEVELS } from '@runlens/clickhouse'
import { type FiguresFilter, scopeConditions } from '../figures.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { FINAL } from '../status.ts'

const LEVELS = QUANTILE_LEVELS.join(', ')

export interface WaitingTimes {
  waits: string | number
  /** In the order of `QUANTILE_LEVELS`; null over nothing. */
  wait_quantiles: (number | null)[]
  wait_sum: number
  totals: string | number
  total_quantiles: (number | null)[]
  total_sum: number
  /** Lower bounds of the bins that hold any, of {@link DURATION_BINS_MS}, and how many they hold. */
  bins: number[]
  counts: (string | number)[]
}

/** Bins on a logarithmic scale, from 1, 2 and 5 milliseconds to days; what is shorter than the second is in the first. */
export const DURATION_BINS_MS: readonly number[] = [
  0,
  ...Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat(),
]

/** @param exact or within 1.1 %, for long ranges */
export function waitingTimes(scope: Scope, filter: FiguresFilter, exact: boolean): Question<WaitingTimes> {
  const parameters = new Parameters()
  const wait = 'assumeNotNull(queue_ms)'
  const whole = 'assumeNotNull(queue_ms) + assumeNotNull(duration_ms)'
  const waited = 'queue_ms IS NOT NULL'
  const both = `${waited} AND duration_ms IS NOT NULL`
  const rows = rowsOf('executions', scope, parameters, [
    `started_at >= ${parameters.bindTime('from', filter.range.from)}`,
    `started_at < ${parameters.bindTime('to', filter.range.to)}`,
    ...scopeConditions(filter, parameters),
    `status IN ${FINAL}`,
  ])
  const binned = `SELECT
  roundDown(duration_ms, [${DURATION_BINS_MS.join(', ')}]) AS bin,
  count() AS n,
  countIf(${waited}) AS part_waits,
  ${state(wait, waited, exact)} AS wait_state,
  sumIf(${wait}, ${waited}) AS part_wait_sum,
  countIf(${both}) AS part_totals,
  ${state(whole, both, exact)} AS total_state,
  sumIf(${whole}, ${both}) AS part_total_sum
${rows}
GROUP BY bin`
  const sql = `SELECT
  sum(part_waits) AS waits,
  ${merged('wait_state', exact)} AS wait_quantiles,
  sum(part_wait_sum) AS wait_sum,
  sum(part_totals) AS totals,
  ${merged('total_state', exact)} AS total_quantiles,
  sum(part_total_sum) AS total_sum,
  groupArrayIf(assumeNotNull(bin), bin IS NOT NULL) AS bins,
  groupArrayIf(n, bin IS NOT NULL) AS counts
FROM (
${indent(binned)}
)`
  return { name: 'waiting-times', sql, params: parameters.values }
}

function state(value: string, condition: string, exact: boolean): string {
  if (exact) return `quantilesExactStateIf(${LEVELS})(${value}, ${condition})`
  return `quantilesTimingStateIf(${LEVELS})(${durationBucketSql(value, EXECUTION_SCALE)}, ${condition})`
}

function merged(column: string, exact: boolean): string {
  if (exact) return `quantilesExactMerge(${LEVELS})(${column})`
  return `arrayMap(b -> ${bucketDurationSql('b', EXECUTION_SCALE)}, quantilesTimingMerge(${LEVELS})(${column}))`
}
