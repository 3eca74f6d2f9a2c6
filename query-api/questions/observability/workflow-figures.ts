/** Figures of every workflow that ran in a range, those whose failures hurt most first. */
import { FAILURES } from '@runlens/clickhouse'
import { type FigureRow, type FiguresFilter, type FiguresPlan, figureColumns, figureParts } from '../figures.ts'
import { indent, nanoseconds, Parameters, type Question, type Scope } from '../question.ts'

type Previous = { [K in keyof FigureRow as `previous_${K}`]: FigureRow[K] }

export interface WorkflowRow extends FigureRow, Previous {
  workflow_id: string
  name: string
  last_started_ns: string
  affected_users: string | number
  time_lost_ms: number
  /** '' when nothing failed. */
  last_failure_ns: string
  workflows_total: string | number
  running_total: string | number
}

const FAILED = `is_current AND shown IN ${FAILURES}`

export function workflowFigures(
  scope: Scope,
  filter: FiguresFilter,
  plan: FiguresPlan,
  limit: number,
): Question<WorkflowRow> {
  const parameters = new Parameters()
  const parts = figureParts(scope, filter, plan, { by: 'workflow' }, parameters)
  const columns = [
    'workflow_id',
    'argMaxIf(latest_name, last_started, is_current) AS name',
    `${nanoseconds('maxIf(last_started, is_current)')} AS last_started_ns`,
    ...figureColumns(plan, 'is_current'),
    ...figureColumns(plan, 'NOT is_current', 'previous_'),
    `uniqExactArrayMergeIf(failed_users, ${FAILED}) AS affected_users`,
    `sumIf(duration_sum, ${FAILED}) AS time_lost_ms`,
    `if(failure > 0, ${nanoseconds(`maxIf(last_started, ${FAILED})`)}, '') AS last_failure_ns`,
  ]
  const sql = `SELECT
  *,
  count() OVER () AS workflows_total,
  sum(running) OVER () AS running_total
FROM (
  SELECT
    ${columns.join(',\n    ')}
  FROM (
${indent(indent(parts))}
  )
  GROUP BY workflow_id
  HAVING total > 0
)
ORDER BY failure * greatest(affected_users, 1) DESC, time_lost_ms DESC, total DESC, workflow_id
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: `workflow-figures-${plan.source}`, sql, params: parameters.values }
}
