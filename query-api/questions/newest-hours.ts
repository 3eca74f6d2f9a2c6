/** Since when the newest so many executions started, as a rollup tells it: with this bound a question about the newest leaves out most of a long range. */
import { indent, type Parameters, rowsOf, type Scope } from './question.ts'

/**
 * The condition on `started_at`. Without a bound where there are fewer. Hours that wait for being rebuilt may hold more, which are newer or make
 * the bound lower than it need be; twice as many are looked for, because some may have been removed since.
 * @param conditions on rows of the rollup
 */
export function sinceNewest(
  source: 'execution_hours' | 'error_hours',
  scope: Scope,
  conditions: readonly string[],
  wanted: number,
  parameters: Parameters,
): string {
  const byHour = `SELECT hour, sum(executions) AS n\n${rowsOf(source, scope, parameters, conditions)}\nGROUP BY hour`
  const bound = `SELECT max(hour)
FROM (
  SELECT hour, sum(n) OVER (ORDER BY hour DESC) AS so_far
  FROM (
${indent(indent(byHour))}
  )
)
WHERE so_far >= ${parameters.bind('newest', 'UInt32', wanted * 2)}`
  return `started_at >= (\n${indent(indent(bound))}\n  )`
}
