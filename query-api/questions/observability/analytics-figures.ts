/** Figures of every workflow in every environment, those with most executions first. */
import { FAILURES } from '@runlens/clickhouse'
import { type FigureRow, type FiguresFilter, type FiguresPlan, figureColumns, figureParts } from '../figures.ts'
import { indent, nanoseconds, Parameters, type Question, type Scope } from '../question.ts'

export interface AnalyticsRow extends FigureRow {
  workflow_id: string
  environment: string
  name: string
  last_started_ns: string
  /** '' when nothing failed. */
  last_failure_ns: string
  pairs_total: string | number
  running_total: string | number
}

export function analyticsFigures(
  scope: Scope,
  filter: FiguresFilter,
  plan: FiguresPlan,
  limit: number,
): Question<AnalyticsRow> {
  const parameters = new Parameters()
  const only = { ...filter, previousFrom: filter.range.from }
  const parts = figureParts(scope, only, plan, { by: 'workflow-environment' }, parameters)
  const columns = [
    'workflow_id',
    'environment',
    'argMax(latest_name, last_started) AS name',
    `${nanoseconds('max(last_started)')} AS last_started_ns`,
    ...figureColumns(plan, '1'),
    `if(failure > 0, ${nanoseconds(`maxIf(last_started, shown IN ${FAILURES})`)}, '') AS last_failure_ns`,
  ]
  const sql = `SELECT
  *,
  count() OVER () AS pairs_total,
  sum(running) OVER () AS running_total
FROM (
  SELECT
    ${columns.join(',\n    ')}
  FROM (
${indent(indent(parts))}
  )
  GROUP BY workflow_id, environment
)
ORDER BY total DESC, workflow_id, environment
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: `analytics-figures-${plan.source}`, sql, params: parameters.values }
}
