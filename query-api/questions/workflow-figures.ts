/** Figures of every workflow that ran in a range, those whose failures hurt most first. */
import { type FiguresFilter, type FiguresPlan, figureColumns, figureParts, scopeConditions } from './figures.ts'
import type { FigureRow } from './kpi-figures.ts'
import { indent, nanoseconds, Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { FAILURE_STATUSES, statusConditions } from './status.ts'

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

/** Counts may come from rollups; what is said about failures (whom they hit, when the last one was) is always read raw. */
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
  ]
  const sql = `SELECT
  figures.*,
  failures.* EXCEPT (failed_workflow),
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
) AS figures
LEFT JOIN (
${indent(failureParts(scope, filter, parameters))}
) AS failures ON figures.workflow_id = failures.failed_workflow
ORDER BY failure * greatest(affected_users, 1) DESC, time_lost_ms DESC, total DESC, workflow_id
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: `workflow-figures-${plan.source}`, sql, params: parameters.values }
}

function failureParts(scope: Scope, filter: FiguresFilter, parameters: Parameters): string {
  const { from, to } = filter.range
  const rows = rowsOf('executions', scope, parameters, [
    `started_at >= ${parameters.bindTime('from', from)}`,
    `started_at < ${parameters.bindTime('to', to)}`,
    ...scopeConditions(filter, parameters),
    ...statusConditions(FAILURE_STATUSES, parameters, filter.lostBeforeNs),
  ])
  return `SELECT
  workflow_id AS failed_workflow,
  uniqExactIf(user_id, user_id != '') AS affected_users,
  sum(ifNull(duration_ms, 0)) AS time_lost_ms,
  ${nanoseconds('max(started_at)')} AS last_failure_ns
${rows}
GROUP BY workflow_id`
}
