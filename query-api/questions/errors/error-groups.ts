/** Failures by what failed, those that hurt most first. */
import { ERROR_SAMPLES_MAX } from '@runlens/clickhouse'
import type { FiguresPlan } from '../figures.ts'
import { indent, nanoseconds, Parameters, type Question, type Scope } from '../question.ts'
import { type ErrorFilter, errorRows } from './error-rows.ts'
import { type ErrorSeriesRow, seriesColumn } from './error-series.ts'

/** The series is there where the executions are read anyway; over rollups it costs more than to ask for those of the answer. */
export interface ErrorGroupRow extends Partial<Pick<ErrorSeriesRow, 'series'>> {
  fingerprint: string
  error_type: string
  error_class: string
  /** Each once, at most {@link FAILED_STEPS_MAX}. */
  failed_steps: string[]
  /** With a series: when the newest of them started that samples are made of; nanoseconds. */
  newest_starts?: string[]
  executions: string | number
  /** In the period of equal length before. */
  previous_executions: string | number
  workflows: string | number
  users: string | number
  groups_total: string | number
  executions_total: string | number
}

/** Only groups of failures that told nothing have several. */
const FAILED_STEPS_MAX = 10

/**
 * @param filter its range is that of the answer; the period before it of the same length is read too
 * @param plan of that range
 */
export function errorGroups(
  scope: Scope,
  filter: ErrorFilter,
  plan: FiguresPlan,
  buckets: number,
  limit: number,
): Question<ErrorGroupRow> {
  const parameters = new Parameters()
  const { from, to } = filter.range
  const rows = errorRows(scope, { ...filter, range: { from: from - (to - from), to } }, plan, parameters, [from])
  const current = `at >= ${parameters.bind('from', 'Int64', from)}`
  const columns = [
    'fingerprint',
    'argMax(error_type, last_at) AS error_type',
    'argMax(error_class, last_at) AS error_class',
    `arraySort(groupUniqArrayIf(${FAILED_STEPS_MAX})(toString(failed_step), failed_step != '' AND ${current})) AS failed_steps`,
    `sumIf(n, ${current}) AS executions`,
    `sumIf(n, NOT ${current}) AS previous_executions`,
    `uniqExactIf(workflow_id, ${current}) AS workflows`,
    `uniqExactArrayIf(hit_users, ${current}) AS users`,
    `${nanoseconds('max(last_at)')} AS last_ns`,
    ...(plan.source === 'raw' ? [seriesColumn(filter, buckets, current, parameters), newestStarts(current)] : []),
  ]
  const sql = `SELECT
  *,
  count() OVER () AS groups_total,
  sum(executions) OVER () AS executions_total
FROM (
  SELECT
    ${columns.join(',\n    ')}
  FROM (
${indent(indent(rows))}
  )
  GROUP BY fingerprint
  HAVING executions > 0
)
ORDER BY executions * greatest(users, 1) DESC, last_ns DESC, fingerprint
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: `error-groups-${plan.source}`, sql, params: parameters.values }
}

function newestStarts(condition: string): string {
  return `arrayMap(start -> toString(-start), groupArraySortedIf(${ERROR_SAMPLES_MAX})(-at, ${condition})) AS newest_starts`
}
