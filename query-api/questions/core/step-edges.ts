/** Which step of a workflow began after which, in its newest executions that are over. */
import type { FiguresPlan } from '../figures.ts'
import { sinceNewest } from '../newest-hours.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { FINAL } from '../status.ts'
import type { StepsOf } from './step-figures.ts'

export interface StepEdge {
  /** '' before the first step. */
  from_step: string
  /** '' behind the last. */
  to_step: string
  n: string | number
}

/** Executions looked at: what most of so many do is what the workflow is. */
export const EDGE_EXECUTIONS_MAX = 2_000
export const EDGES_MAX = 1_000

/** From the order in which an execution's row lists its steps, which is that of their starts. */
export function stepEdges(scope: Scope, of: Omit<StepsOf, 'limit'>, plan: FiguresPlan): Question<StepEdge> {
  const parameters = new Parameters()
  const [from, to] = [parameters.bindTime('from', of.range.from), parameters.bindTime('to', of.range.to)]
  const ofWorkflow = [`workflow_id = ${parameters.bind('workflow_id', 'String', of.workflowId)}`]
  if (of.environment !== null) {
    ofWorkflow.push(`environment = ${parameters.bind('environment', 'String', of.environment)}`)
  }
  const conditions = [`started_at >= ${from}`, `started_at < ${to}`, ...ofWorkflow, 'notEmpty(steps.name)']
  if (plan.source === 'rollup') {
    const over = [`hour >= ${from}`, `hour < ${to}`, ...ofWorkflow, `status IN ${FINAL}`]
    conditions.unshift(sinceNewest('execution_hours', scope, over, EDGE_EXECUTIONS_MAX, parameters))
  }
  const newest = `SELECT CAST(steps.name, 'Array(String)') AS names
${rowsOf('executions', scope, parameters, conditions)}
ORDER BY started_at DESC, execution_id DESC, instance DESC
LIMIT ${EDGE_EXECUTIONS_MAX}`
  const sql = `SELECT
  edge.1 AS from_step,
  edge.2 AS to_step,
  n
FROM (
  SELECT
    arrayJoin(arrayZip(arrayConcat([''], names), arrayConcat(names, ['']))) AS edge,
    count() AS n
  FROM (
${indent(indent(newest))}
  )
  GROUP BY edge
)
ORDER BY n DESC, from_step, to_step
LIMIT ${EDGES_MAX}`
  return { name: `step-edges-${plan.source}`, sql, params: parameters.values }
}
