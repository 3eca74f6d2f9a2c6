/** A duration that a number of executions probably reached, guessed from the longest of every hour. */
import type { ExecutionFilter } from './execution-filter.ts'
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'

export interface DurationFloor {
  floor_ms: number
}

/**
 * Each row of the rollup tells the longest of some executions that no other row counts, so the n-th longest of these is a bound that n
 * executions reach, as far as the rollup is true. No row when it has fewer. A guess only: whoever uses it counts what it let through.
 */
export function durationFloor(scope: Scope, filter: ExecutionFilter, executions: number): Question<DurationFloor> {
  const parameters = new Parameters()
  const { from, to } = filter.range
  const conditions = ['executions > 0']
  if (from !== null) conditions.push(`hour >= ${parameters.bindTime('from', from)}`)
  if (to !== null) conditions.push(`hour < ${parameters.bindTime('to', to)}`)
  if (filter.kind) conditions.push(`kind IN ${parameters.bind('kinds', 'Array(String)', filter.kind)}`)
  const { environment } = filter.equal
  if (environment !== undefined)
    conditions.push(`environment = ${parameters.bind('environment', 'String', environment)}`)
  const sql = `SELECT duration_ms_max AS floor_ms
${rowsOf('execution_hours_total', scope, parameters, conditions)}
ORDER BY floor_ms DESC
LIMIT 1 OFFSET ${parameters.bind('offset', 'UInt32', executions - 1)}`
  return { name: 'duration-floor', sql, params: parameters.values }
}

/** Whether the rollup knows everything that the filter asks for. */
export function hasDurationFloor({
  equal,
  status,
  min_duration_ms,
  max_duration_ms,
  attributes,
  q,
  range,
}: ExecutionFilter): boolean {
  const isPlain = status === null && min_duration_ms === null && max_duration_ms === null && q === null
  const columns = Object.keys(equal).filter((column) => column !== 'environment')
  return isPlain && attributes.length === 0 && columns.length === 0 && range.field === 'started_at'
}
