/** Which step of a workflow began after which, in its newest executions that are over. */
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import type { StepsOf } from './step-figures.ts'

export interface StepEdge {
  /** '' before the first step. */
  from_step: string
  /** '' behind the last. */
  to_step: string
  n: string | number
}

/** Executions looked at: what most of so many do is what the workflow is. */
export const EDGE_EXECUTIONS_MAX = 10_000
export const EDGES_MAX = 1_000

/** From the order in which an execution's row lists its steps, which is that of their starts. */
export function stepEdges(scope: Scope, of: Omit<StepsOf, 'limit'>): Question<StepEdge> {
  const parameters = new Parameters()
  const conditions = [
    `started_at >= ${parameters.bindTime('from', of.range.from)}`,
    `started_at < ${parameters.bindTime('to', of.range.to)}`,
    `workflow_id = ${parameters.bind('workflow_id', 'String', of.workflowId)}`,
    'notEmpty(steps.name)',
  ]
  if (of.environment !== null) {
    conditions.push(`environment = ${parameters.bind('environment', 'String', of.environment)}`)
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
  return { name: 'step-edges', sql, params: parameters.values }
}
