/** How often groups of errors were seen since somebody resolved or ignored them. */
import type { FiguresPlan } from '../figures.ts'
import { indent, nanoseconds, Parameters, type Question, type Scope } from '../question.ts'
import { type ErrorFilter, errorRows } from './error-rows.ts'

/** From when a group is counted. */
export interface ErrorMark {
  readonly fingerprint: string
  /** Start of the hour, seconds since the epoch. */
  readonly hour: number
  /** Executions of that hour that had been seen before, which do not count. */
  readonly before: number
}

export interface ErrorsSinceRow {
  fingerprint: string
  executions: string | number
  /** In the hour that had most. */
  most_in_an_hour: string | number
  last_ns: string
}

/** @param filter names the groups of `marks`, and its range begins with the first hour of them */
export function errorsSince(
  scope: Scope,
  filter: ErrorFilter,
  plan: FiguresPlan,
  marks: readonly ErrorMark[],
): Question<ErrorsSinceRow> {
  const parameters = new Parameters()
  const rows = errorRows(scope, filter, plan, parameters)
  const names = parameters.bind(
    'marked',
    'Array(String)',
    marks.map(({ fingerprint }) => fingerprint),
  )
  const ofMark = (name: string, values: readonly number[]) =>
    `transform(fingerprint, ${names}, ${parameters.bind(name, 'Array(UInt32)', values)}, toUInt32(0))`
  const markHour = ofMark(
    'marked_hours',
    marks.map(({ hour }) => hour),
  )
  const before = ofMark(
    'marked_before',
    marks.map((mark) => mark.before),
  )
  const sql = `SELECT
  fingerprint,
  sum(since) AS executions,
  max(since) AS most_in_an_hour,
  ${nanoseconds('max(last)')} AS last_ns
FROM (
  SELECT
    fingerprint,
    intDiv(at, 3600000000000) * 3600 AS hour,
    greatest(toInt64(sum(n)) - if(hour = ${markHour}, ${before}, 0), 0) AS since,
    max(last_at) AS last
  FROM (
${indent(indent(rows))}
  )
  GROUP BY fingerprint, hour
  HAVING hour >= ${markHour}
)
GROUP BY fingerprint`
  return { name: `errors-since-${plan.source}`, sql, params: parameters.values }
}
