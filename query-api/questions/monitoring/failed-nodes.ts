/** In how many executions of a range each step failed for good. */
import { type FiguresFilter, scopeConditions } from '../figures.ts'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface FailedNode {
  node: string
  executions: string | number
}

/** Those that failed most often. @param limit different names */
export function failedNodes(scope: Scope, filter: FiguresFilter, limit: number): Question<FailedNode> {
  const parameters = new Parameters()
  const { from, to } = filter.range
  const rows = rowsOf('executions', scope, parameters, [
    `started_at >= ${parameters.bindTime('range_from', from)}`,
    `started_at < ${parameters.bindTime('range_to', to)}`,
    'failed_steps > 0',
    ...scopeConditions(filter, parameters),
  ])
  const sql = `SELECT arrayJoin(failed_step_names) AS node, count() AS executions
${rows}
GROUP BY node
ORDER BY executions DESC, node
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: 'failed-nodes', sql, params: parameters.values }
}
