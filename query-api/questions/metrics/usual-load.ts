/**
 * How many executions usually wait and run at once at an hour of the day. By Little's law the mean number of those that wait during an hour is the
 * time that they waited together, over an hour; likewise of those that run. The usual is the median over the days.
 */
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import type { OpenFilter } from './open-now.ts'

export interface UsualLoad {
  /** Days since the first one with executions at this hour; 0: nothing is known. */
  days: number
  waiting: number | null
  running: number | null
}

export interface UsualLoadOf extends Omit<OpenFilter, 'silence'> {
  /** Start of the hour at hand, seconds since the epoch. */
  hourS: number
}

const DAYS = 28
const DAY_S = 86_400

export function usualLoad(scope: Scope, of: UsualLoadOf): Question<UsualLoad> {
  const parameters = new Parameters()
  const hour = parameters.bind('hour', 'UInt32', of.hourS)
  const median = (column: string) =>
    `if(days = 0, NULL, arrayReduce('quantileExactInclusive(0.5)', arrayConcat(groupArray(${column}), arrayWithConstant(days - count(), 0.)))) AS ${column}`
  const sql = `SELECT
  toUInt32(if(count() = 0, 0, intDiv(${hour} - min(at), ${DAY_S}))) AS days,
  ${median('waiting')},
  ${median('running')}
FROM (
${indent(scope.owner === undefined ? rolled(scope, of, hour, parameters) : raw(scope, of, hour, parameters))}
)`
  return { name: 'usual-load', sql, params: parameters.values }
}

/** Hours that wait for being rebuilt may be missing: of 28 days the median does not mind. */
function rolled(scope: Scope, of: UsualLoadOf, hour: string, parameters: Parameters): string {
  const rows = rowsOf('execution_hours_total', scope, parameters, [
    `hour >= toDateTime(${hour} - ${DAYS * DAY_S}, 'UTC')`,
    `hour < toDateTime(${hour}, 'UTC')`,
    `toUnixTimestamp(hour) % ${DAY_S} = ${hour} % ${DAY_S}`,
    'executions > 0',
    ...kindConditions(of, parameters),
  ])
  return `SELECT
  toUnixTimestamp(hour) AS at,
  sum(queue_ms_sum) / 3600000 AS waiting,
  sum(duration_ms_sum) / 3600000 AS running
${rows}
GROUP BY at`
}

/** Rollups have no owner. */
function raw(scope: Scope, of: UsualLoadOf, hour: string, parameters: Parameters): string {
  const rows = rowsOf('executions', scope, parameters, [
    `started_at >= toDateTime(${hour} - ${DAYS * DAY_S}, 'UTC')`,
    `started_at < toDateTime(${hour}, 'UTC')`,
    `toUnixTimestamp(toStartOfHour(started_at, 'UTC')) % ${DAY_S} = ${hour} % ${DAY_S}`,
    ...kindConditions(of, parameters),
  ])
  return `SELECT
  toUnixTimestamp(toStartOfHour(started_at, 'UTC')) AS at,
  sum(ifNull(queue_ms, 0)) / 3600000 AS waiting,
  sum(ifNull(duration_ms, 0)) / 3600000 AS running
${rows}
GROUP BY at`
}

function kindConditions({ kind, environment }: UsualLoadOf, parameters: Parameters): string[] {
  return [
    kind ? `kind IN ${parameters.bind('kinds', 'Array(String)', kind)}` : "kind NOT IN ('query', 'request')",
    ...(environment === null ? [] : [`environment = ${parameters.bind('environment', 'String', environment)}`]),
  ]
}
