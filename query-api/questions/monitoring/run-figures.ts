/** Executions of a range by the status that they show, with the time they took. */
import { type FiguresFilter, type FiguresPlan, figureParts } from '../figures.ts'
import { indent, Parameters, type Question, type Scope } from '../question.ts'

export interface RunFigures {
  shown: string
  executions: string | number
  /** How many of them are over and have a duration. */
  timed: string | number
  duration_total: number
}

export function runFigures(scope: Scope, filter: FiguresFilter, plan: FiguresPlan): Question<RunFigures> {
  const parameters = new Parameters()
  const parts = figureParts(scope, filter, plan, { by: 'bucket', buckets: 1 }, parameters)
  const sql = `SELECT
  shown,
  sum(n) AS executions,
  sum(durations) AS timed,
  sum(duration_sum) AS duration_total
FROM (
${indent(parts)}
)
WHERE is_current
GROUP BY shown
ORDER BY shown`
  return { name: `run-figures-${plan.source}`, sql, params: parameters.values }
}
