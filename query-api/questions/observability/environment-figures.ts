/** Figures of every environment in which something ran. */
import { FAILURES } from '@runlens/clickhouse'
import type { Grouping } from '../figure-grouping.ts'
import {
  type CountRow,
  countColumns,
  type FigureRow,
  type FiguresFilter,
  type FiguresPlan,
  figureColumns,
  figureParts,
} from '../figures.ts'
import { indent, nanoseconds, Parameters, type Question, type Scope } from '../question.ts'

export interface EnvironmentCounts extends CountRow {
  environment: string
  last_started_ns: string
}

export interface EnvironmentRow extends FigureRow, EnvironmentCounts {
  /** Start of the last success and failure; '' without one. */
  last_success_ns: string
  last_failure_ns: string
}

/** More are no environments but something else in the attribute's place. */
export const ENVIRONMENTS_MAX = 500

export function environmentFigures(scope: Scope, filter: FiguresFilter, plan: FiguresPlan): Question<EnvironmentRow> {
  const last = (condition: string) =>
    `if(countIf(${condition}) > 0, ${nanoseconds(`maxIf(last_started, ${condition})`)}, '')`
  return ofEnvironments('environment-figures', scope, filter, plan, { by: 'environment' }, [
    ...figureColumns(plan, '1'),
    LAST_STARTED,
    `${last("shown = 'success'")} AS last_success_ns`,
    `${last(`shown IN ${FAILURES}`)} AS last_failure_ns`,
  ])
}

/** Without durations: a fourth less CPU over a week of hours. */
export function environmentCounts(scope: Scope, filter: FiguresFilter, plan: FiguresPlan): Question<EnvironmentCounts> {
  const grouping: Grouping = { by: 'environment', counted: true }
  return ofEnvironments('environment-counts', scope, filter, plan, grouping, [...countColumns('1'), LAST_STARTED])
}

const LAST_STARTED = `${nanoseconds('max(last_started)')} AS last_started_ns`

function ofEnvironments<Row>(
  name: string,
  scope: Scope,
  filter: FiguresFilter,
  plan: FiguresPlan,
  grouping: Grouping,
  columns: readonly string[],
): Question<Row> {
  const parameters = new Parameters()
  const only = { ...filter, previousFrom: filter.range.from }
  const sql = `SELECT
  ${['environment', ...columns].join(',\n  ')}
FROM (
${indent(figureParts(scope, only, plan, grouping, parameters))}
)
GROUP BY environment
ORDER BY total DESC, environment
LIMIT ${ENVIRONMENTS_MAX}`
  return { name: `${name}-${plan.source}`, sql, params: parameters.values }
}
