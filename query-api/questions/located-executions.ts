/** Where the executions of one id lie, as a value that a statement reads before its rows: it saves a statement of its own, and the wait for it. */
import { indent, type Parameters, rowsOf, type Scope } from './question.ts'

/** Instances that may have given one id. */
const INSTANCES_MAX = 100

/** `WITH …`: a name for a list of (instance, anchor, traces). */
export function withLocated(scope: Scope, executionId: string, parameters: Parameters): string {
  const conditions = [`execution_id = ${parameters.bind('execution_id', 'String', executionId)}`]
  const byInstance = `SELECT instance, min(anchor_at) AS anchor, groupUniqArray(lower(hex(trace_id))) AS traces
${rowsOf('execution_locator', scope, parameters, conditions)}
GROUP BY instance
ORDER BY instance
LIMIT ${INSTANCES_MAX}`
  return `WITH (\n  SELECT groupArray((instance, anchor, traces)) FROM (\n${indent(indent(byInstance))}\n  )\n) AS located`
}

/** Conditions on rows of `executions`. */
export function atLocated(executionId: string, parameters: Parameters): string[] {
  return [
    'anchor_at IN tupleElement(located, 2)',
    `execution_id = ${parameters.bind('execution_id', 'String', executionId)}`,
  ]
}

/** Every trace that the execution of a row was seen in. */
export const LOCATED_TRACES = 'tupleElement(arrayFirst(place -> place.1 = instance, located), 3) AS located_traces'
