/** Figures of the workflows that ran most, and of all others together: as many rows as asked for, and one. */
import { type FigureRow, type FiguresFilter, type FiguresPlan, figureColumns, figureParts } from '../figures.ts'
import { indent, Parameters, type Question, type Scope } from '../question.ts'

export interface TopWorkflowRow extends FigureRow {
  workflow_id: string
  name: string
  /** 1: all that are not among the first. */
  is_other: number
  by_status: Record<string, string | number>
}

export function topWorkflowFigures(
  scope: Scope,
  filter: FiguresFilter,
  plan: FiguresPlan,
  limit: number,
): Question<TopWorkflowRow> {
  const parameters = new Parameters()
  const only = { ...filter, previousFrom: filter.range.from }
  const parts = figureParts(scope, only, plan, { by: 'workflow' }, parameters)
  const first = `place <= ${parameters.bind('limit', 'UInt32', limit)}`
  const columns = [
    `NOT (${first}) AS is_other`,
    `if(${first}, workflow_id, '') AS workflow`,
    'argMax(latest_name, last_started) AS name',
    'sumMap(map(shown, n)) AS by_status',
    ...figureColumns(plan, '1'),
  ]
  const sql = `SELECT * EXCEPT workflow, workflow AS workflow_id
FROM (
  SELECT
    ${columns.join(',\n    ')}
  FROM (
    SELECT *, dense_rank() OVER (ORDER BY executions DESC, workflow_id) AS place
    FROM (
      SELECT *, sum(n) OVER (PARTITION BY workflow_id) AS executions
      FROM (
${indent(indent(indent(indent(parts))))}
      )
    )
  )
  GROUP BY is_other, workflow
)
ORDER BY is_other, total DESC, workflow_id`
  return { name: `top-workflow-figures-${plan.source}`, sql, params: parameters.values }
}
