/** Where the executions of one id lie: instance, fixed anchor and traces. */
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'

export interface ExecutionPlace {
  instance: string
  /** Microseconds since the epoch. */
  anchor_us: string
  traces: string[]
}

export function locateExecution(scope: Scope, executionId: string): Question<ExecutionPlace> {
  const parameters = new Parameters()
  const conditions = [`execution_id = ${parameters.bind('execution_id', 'String', executionId)}`]
  const sql = `SELECT
  instance,
  toString(toUnixTimestamp64Micro(min(anchor_at))) AS anchor_us,
  groupUniqArray(lower(hex(trace_id))) AS traces
${rowsOf('execution_locator', scope, parameters, conditions)}
GROUP BY instance
ORDER BY instance
LIMIT 100`
  return { name: 'locate-execution', sql, params: parameters.values }
}
