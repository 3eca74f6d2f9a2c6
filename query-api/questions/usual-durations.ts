/** How long executions of some workflows usually take: of those that went well lately, as far as their hours are rolled up. */
import { bucketDurationSql, EXECUTION_SCALE } from '@runlens/clickhouse'
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'

export interface UsualDuration {
  workflow_id: string
  executions: string | number
  /** Milliseconds that half of them, and nineteen of twenty, did not exceed. */
  p50_ms: number
  p95_ms: number
}

/** @param fromNs of executions that started since then, nanoseconds */
export function usualDurations(scope: Scope, workflowIds: readonly string[], fromNs: bigint): Question<UsualDuration> {
  const parameters = new Parameters()
  const rows = rowsOf('execution_hours', scope, parameters, [
    `hour >= ${parameters.bindTime('from', fromNs)}`,
    `workflow_id IN ${parameters.bind('workflow_ids', 'Array(String)', workflowIds)}`,
    "status = 'success'",
    'durations > 0',
  ])
  const sql = `SELECT
  workflow_id,
  sum(durations) AS executions,
  ${bucketDurationSql('quantilesTimingMerge(0.5)(duration_bucket)[1]', EXECUTION_SCALE)} AS p50_ms,
  ${bucketDurationSql('quantilesTimingMerge(0.95)(duration_bucket)[1]', EXECUTION_SCALE)} AS p95_ms
${rows}
GROUP BY workflow_id`
  return { name: 'usual-durations', sql, params: parameters.values }
}
