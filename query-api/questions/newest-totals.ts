/** How many executions of all each of the newest hours holds, back to where so many are together, as the rollup tells it. */
import { indent, Parameters, type Question, rowsOf, type Scope } from './question.ts'

export interface HourTotal {
  /** Its start, seconds since the epoch. */
  hour_s: number
  executions: string | number
}

/** Hours in one answer: six weeks and more. */
export const HOURS_MAX = 1_000

/**
 * Newest first, from the hour of `topNs` back, at most {@link HOURS_MAX}. Hours that were not built yet are missing.
 * @param executions the last hour told is the one in which so many are reached
 */
export function newestTotals(scope: Scope, topNs: bigint, executions: number): Question<HourTotal> {
  const parameters = new Parameters()
  const top = parameters.bindTime('top', topNs)
  const rows = rowsOf('execution_hours_total', scope, parameters, [`hour <= ${top}`, 'executions > 0'])
  // Of the hour of the top only a part lies before it.
  const whole = `if(hour + INTERVAL 1 HOUR > ${top}, 0, n)`
  const summed = `SELECT hour, sum(executions) AS n, ${whole} AS counted, sum(counted) OVER (ORDER BY hour DESC) AS so_far
${rows}
GROUP BY hour`
  const sql = `SELECT toUnixTimestamp(hour) AS hour_s, n AS executions
FROM (
${indent(summed)}
)
WHERE so_far - counted < ${parameters.bind('executions', 'UInt32', executions)}
ORDER BY hour DESC
LIMIT ${HOURS_MAX}`
  return { name: 'newest-totals', sql, params: parameters.values }
}
