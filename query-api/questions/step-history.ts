/** How long steps took before: their duration at each percent from 1 to 99, by service and step name. */
import { bucketDurationSql, STEP_SCALE } from '@runlens/clickhouse'
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'

export interface StepHistory {
  service: string
  step_name: string
  steps: string | number
  /** 99 durations in milliseconds, ascending. */
  percentiles: number[]
}

const PERCENTS = Array.from({ length: 99 }, (_, index) => ((index + 1) / 100).toString())

export interface HistoryOf {
  services: readonly string[]
  stepNames: readonly string[]
  /** Half-open, nanoseconds. */
  from: bigint
  to: bigint
}

export function stepHistory(scope: Scope, of: HistoryOf): Question<StepHistory> {
  const parameters = new Parameters()
  const rows = rowsOf('step_minutes', scope, parameters, [
    `minute >= ${parameters.bindTime('from', of.from)}`,
    `minute < ${parameters.bindTime('to', of.to)}`,
    `service IN ${parameters.bind('services', 'Array(String)', of.services)}`,
    `step_name IN ${parameters.bind('step_names', 'Array(String)', of.stepNames)}`,
  ])
  const sql = `SELECT
  service,
  step_name,
  sum(steps) AS steps,
  arrayMap(b -> ${bucketDurationSql('b', STEP_SCALE)}, quantilesTimingMerge(${PERCENTS.join(', ')})(duration_bucket)) AS percentiles
${rows}
GROUP BY service, step_name
LIMIT 10000`
  return { name: 'step-history', sql, params: parameters.values }
}
