/** Filters of the core that hourly rollups know, and what they mean there. */
import type { ExecutionFilter } from './execution-filter.ts'
import type { Parameters } from './question.ts'

const KNOWN: readonly string[] = ['environment', 'workflow_id']

/** Whether a filter asks for nothing but kind, environment, workflow, status and start. */
export function isInRollups(filter: ExecutionFilter): boolean {
  const { equal, min_duration_ms, max_duration_ms, attributes, q, range } = filter
  const isPlain = min_duration_ms === null && max_duration_ms === null && q === null && attributes.length === 0
  return isPlain && range.field === 'started_at' && Object.keys(equal).every((column) => KNOWN.includes(column))
}

/** Conditions on a row of a rollup; its statuses are the stored ones. */
export function rollupConditions({ equal, kind, status }: ExecutionFilter, parameters: Parameters): string[] {
  const conditions: string[] = []
  const { environment, workflow_id } = equal
  if (kind) conditions.push(`kind IN ${parameters.bind('kinds', 'Array(String)', kind)}`)
  if (environment !== undefined)
    conditions.push(`environment = ${parameters.bind('environment', 'String', environment)}`)
  if (workflow_id !== undefined)
    conditions.push(`workflow_id = ${parameters.bind('workflow_id', 'String', workflow_id)}`)
  if (status) conditions.push(`status IN ${parameters.bind('rolled_statuses', 'Array(String)', status)}`)
  return conditions
}
