/** Bursts of a range: minutes in which far more executions started than in the hour before. */
import { burstsSql, type PatternRow } from '@runlens/clickhouse'
import { NS_PER_SECOND } from '../../time.ts'
import type { FiguresPlan } from '../figures.ts'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { type SeriesFilter, seriesSql } from './series.ts'

const BURSTS_MAX = 100

/**
 * From the counts of minutes.
 * @param filter its range begins `BURST_HISTORY_SECONDS` before `fromS`
 * @param fromS first minute that may be one, seconds since the epoch
 */
export function bursts(scope: Scope, filter: SeriesFilter, plan: FiguresPlan, fromS: number): Question<PatternRow> {
  const parameters = new Parameters()
  const series = seriesSql(scope, 'minute', filter, plan, parameters)
  const from = parameters.bind('judge_from', 'UInt32', fromS)
  const to = parameters.bind('judge_to', 'UInt32', Number(filter.range.to / NS_PER_SECOND))
  const sql = `${burstsSql({ series, from, to })}
ORDER BY starts_s DESC
LIMIT ${BURSTS_MAX}`
  return { name: `bursts-${plan.source}`, sql, params: parameters.values }
}

/** From what the worker found, for ranges of too many minutes; of all kinds and environments together. */
export function storedBursts(scope: Scope, range: { from: bigint; to: bigint }): Question<PatternRow> {
  const parameters = new Parameters()
  const rows = rowsOf('execution_patterns', scope, parameters, [
    "pattern = 'burst'",
    `started_at >= ${parameters.bindTime('from', range.from)}`,
    `started_at < ${parameters.bindTime('to', range.to)}`,
  ])
  const sql = `SELECT
  pattern,
  toUnixTimestamp(started_at) AS starts_s,
  toUnixTimestamp(ended_at) AS ends_s,
  value, expected, expected_low, expected_high, score, basis, samples, executions, failures, reason
${rows}
ORDER BY starts_s DESC
LIMIT ${BURSTS_MAX}`
  return { name: 'stored-bursts', sql, params: parameters.values }
}
