/** The highest rate at which executions started over five minutes, and the rate of the last five. */
import { NS_PER_SECOND } from '../../time.ts'
import type { FiguresPlan } from '../figures.ts'
import { scopeConditions } from '../figures.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { type SeriesFilter, seriesSql } from './series.ts'

export const SUSTAINED_MINUTES = 5

export interface SustainedRate {
  /** Executions in the busiest five minutes; null without any. */
  most: string | number | null
}

export interface RecentStarts {
  n: string | number
}

export function sustainedRate(scope: Scope, filter: SeriesFilter, plan: FiguresPlan): Question<SustainedRate> {
  const parameters = new Parameters()
  const series = seriesSql(scope, 'minute', filter, plan, parameters)
  const window = `ORDER BY at RANGE BETWEEN ${(SUSTAINED_MINUTES - 1) * 60} PRECEDING AND CURRENT ROW`
  const sql = `SELECT if(count() = 0, NULL, max(started)) AS most
FROM (
  SELECT sum(n) OVER (${window}) AS started
  FROM (
${indent(indent(series))}
  )
)`
  return { name: `sustained-rate-${plan.source}`, sql, params: parameters.values }
}

/** @param filter its range ends when the five minutes end */
export function recentStarts(scope: Scope, filter: SeriesFilter): Question<RecentStarts> {
  const parameters = new Parameters()
  const { to } = filter.range
  const rows = rowsOf('executions', scope, parameters, [
    `started_at >= ${parameters.bindTime('from', to - BigInt(SUSTAINED_MINUTES * 60) * NS_PER_SECOND)}`,
    `started_at < ${parameters.bindTime('to', to)}`,
    ...scopeConditions(filter, parameters),
  ])
  return { name: 'recent-starts', sql: `SELECT count() AS n\n${rows}`, params: parameters.values }
}
