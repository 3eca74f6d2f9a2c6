/** Figures of every environment in which something ran. */
import { FAILURES } from '@runlens/clickhouse'
import { type FigureRow, type FiguresFilter, type FiguresPlan, figureColumns, figureParts } from '../figures.ts'
import { indent, nanoseconds, Parameters, type Question, type Scope } from '../question.ts'

export interface EnvironmentRow extends FigureRow {
  environment: string
  last_started_ns: string
  /** Start of the last success and failure; '' without one. */
  last_success_ns: string
  last_failure_ns: string
}

/** More are no environments but something else in the attribute's place. */
export const ENVIRONMENTS_MAX = 500

export function environmentFigures(scope: Scope, filter: FiguresFilter, plan: FiguresPlan): Question<EnvironmentRow> {
  const parameters = new Parameters()
  const only = { ...filter, previousFrom: filter.range.from }
  const parts = figureParts(scope, only, plan, { by: 'environment' }, parameters)
  const last = (condition: string) =>
    `if(countIf(${condition}) > 0, ${nanoseconds(`maxIf(last_started, ${condition})`)}, '')`
  const columns = [
    'environment',
    ...figureColumns(plan, '1'),
    `${nanoseconds('max(last_started)')} AS last_started_ns`,
    `${last("shown = 'success'")} AS last_success_ns`,
    `${last(`shown IN ${FAILURES}`)} AS last_failure_ns`,
  ]
  const sql = `SELECT
  ${columns.join(',\n  ')}
FROM (
${indent(parts)}
)
GROUP BY environment
ORDER BY total DESC, environment
LIMIT ${ENVIRONMENTS_MAX}`
  return { name: `environment-figures-${plan.source}`, sql, params: parameters.values }
}
