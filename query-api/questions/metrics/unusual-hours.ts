/** Hours of a range in which executions were not as they usually are: see `clickhouse/patterns.ts`. */
import { HISTORY_SECONDS, type PatternRow, unusualHoursSql } from '@runlens/clickhouse'
import { NS_PER_SECOND } from '../../time.ts'
import type { FiguresPlan } from '../figures.ts'
import { Parameters, type Question, type Scope } from '../question.ts'
import { type SeriesFilter, seriesSql } from './series.ts'

/** Those of highest score. */
const HOURS_MAX = 100

/** Hours to judge: first start and end of the last, seconds since the epoch, on whole hours. */
export interface JudgedHours {
  fromS: number
  toS: number
}

/** Where the history of hours begins, nanoseconds. */
export function historyStart({ fromS }: JudgedHours): bigint {
  return BigInt(fromS - HISTORY_SECONDS) * NS_PER_SECOND
}

/** @param filter its range is the history's, from {@link historyStart} to the end of the last hour */
export function unusualHours(
  scope: Scope,
  filter: SeriesFilter,
  plan: FiguresPlan,
  hours: JudgedHours,
): Question<PatternRow> {
  const parameters = new Parameters()
  const series = seriesSql(scope, 'hour', filter, plan, parameters)
  const from = parameters.bind('judge_from', 'UInt32', hours.fromS)
  const to = parameters.bind('judge_to', 'UInt32', hours.toS)
  const sql = `${unusualHoursSql({ series, from, to })}
ORDER BY abs(score) DESC, starts_s DESC, pattern
LIMIT ${HOURS_MAX}`
  return { name: `unusual-hours-${plan.source}`, sql, params: parameters.values }
}
