/** Executions and failures of a range by the hour of the day (UTC) in which they started. */
import type { FiguresFilter, FiguresPlan } from '../figures.ts'
import { indent, Parameters, type Question, type Scope } from '../question.ts'
import { seriesSql } from './series.ts'

export interface HourOfDay {
  /** 0 to 23. */
  hour: number
  total: string | number
  success: string | number
  failure: string | number
}

export function hoursOfDay(scope: Scope, filter: FiguresFilter, plan: FiguresPlan): Question<HourOfDay> {
  const parameters = new Parameters()
  const sql = `SELECT
  toUInt8(intDiv(at % 86400, 3600)) AS hour,
  sum(n) AS total,
  sum(series.success) AS success,
  sum(series.failure) AS failure
FROM (
${indent(seriesSql(scope, 'hour', filter, plan, parameters))}
) AS series
GROUP BY hour
ORDER BY hour`
  return { name: `hours-of-day-${plan.source}`, sql, params: parameters.values }
}
