/** Of runs that are under way: the step that started last and has not ended. */
import { fieldValue, traceIdIn } from '@runlens/clickhouse'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface CurrentStep {
  /** Hex. */
  trace: string
  step: string
}

/** @param fromNs when the first of them started, nanoseconds */
export function currentSteps(scope: Scope, traces: readonly string[], fromNs: bigint): Question<CurrentStep> {
  const parameters = new Parameters()
  const ids = parameters.bind('trace_ids', 'Array(String)', traces)
  const from = parameters.bindTime('from', fromNs)
  const told = rowsOf('markers', scope, parameters, [traceIdIn(ids), "role = 'step'", "marker != 'exception'"])
  const ended = rowsOf('spans', scope, parameters, [
    `started_at >= ${from}`,
    traceIdIn(ids),
    'ended_at != toDateTime64(0, 9)',
  ])
  const sql = `SELECT trace, argMax(step, started_at) AS step
FROM (
${indent(`SELECT
  lower(hex(trace_id)) AS trace,
  span_id,
  started_at,
  if(${fieldValue('step_name')} = '', toString(name), ${fieldValue('step_name')}) AS step
${told}
  AND (trace_id, span_id) NOT IN (
${indent(`SELECT trace_id, span_id\n${ended}`)}
  )`)}
)
GROUP BY trace`
  return { name: 'current-steps', sql, params: parameters.values }
}
