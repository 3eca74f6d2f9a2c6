/** How long steps took before: their duration at each percent from 1 to 99, by step name, in executions of one workflow. */
import { bucketDurationSql, STEP_SCALE } from '@runlens/clickhouse'
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'

export interface StepHistory {
  step_name: string
  steps: string | number
  /** 99 durations in milliseconds, ascending. */
  percentiles: number[]
}

const PERCENTS = Array.from({ length: 99 }, (_, index) => ((index + 1) / 100).toString())

export interface HistoryOf {
  workflowId: string
  stepNames: readonly string[]
  /** Half-open, nanoseconds. */
  from: bigint
  to: bigint
}

export function stepHistory(scope: Scope, of: HistoryOf): Question<StepHistory> {
  const parameters = new Parameters()
  const rows = rowsOf('v_step_hours', scope, parameters, [
    `hour >= ${parameters.bindTime('from', of.from)}`,
    `hour < ${parameters.bindTime('to', of.to)}`,
    `workflow_id = ${parameters.bind('workflow_id', 'String', of.workflowId)}`,
    `step_name IN ${parameters.bind('step_names', 'Array(String)', of.stepNames)}`,
  ])
  const sql = `SELECT
  step_name,
  sum(steps) AS steps,
  arrayMap(b -> ${bucketDurationSql('b', STEP_SCALE)}, quantilesTimingMerge(${PERCENTS.join(', ')})(duration_bucket)) AS percentiles
${rows}
GROUP BY step_name
LIMIT 1000`
  return { name: 'step-history', sql, params: parameters.values }
}
