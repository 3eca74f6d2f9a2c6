/** Executions that an execution names or that name it: parent, children, attempts, replays. */
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { type Silence, shownStatus } from './status.ts'

export interface RelatedExecution {
  execution_id: string
  instance: string
  workflow_name: string
  shown_status: string
  started_ns: string
  parent_execution_id: string
  retry_of: string
  replay_of: string
}

export interface Relative {
  execution_id: string
  instance: string
  /** Hex. */
  traces: readonly string[]
  parent_execution_id: string
  retry_of: string
  replay_of: string
  started_ns: bigint
}

/** How long before an execution what it names, and what names it, may have started. */
const EARLIER_NS = 7n * 86_400_000_000_000n
const RELATED_MAX = 300

/**
 * Oldest first. Ids are unique within an instance only, so relatives of another instance count only when they share a trace.
 */
export function relatedExecutions(scope: Scope, of: Relative, silence: Silence): Question<RelatedExecution> {
  const parameters = new Parameters()
  const named = [of.parent_execution_id, of.retry_of, of.replay_of].filter((id) => id !== '')
  const id = parameters.bind('execution_id', 'String', of.execution_id)
  const instance = parameters.bind('instance', 'String', of.instance)
  const links = [`parent_execution_id = ${id}`, `retry_of = ${id}`, `replay_of = ${id}`]
  if (named.length > 0) links.push(`execution_id IN ${parameters.bind('named', 'Array(String)', named)}`)
  const conditions = [
    `started_at >= ${parameters.bindTime('earliest', of.started_ns - EARLIER_NS)}`,
    `(${links.join(' OR ')})`,
    `(instance = ${instance} OR lower(hex(trace_id)) IN ${parameters.bind('traces', 'Array(String)', of.traces)})`,
  ]
  const sql = `SELECT
  execution_id,
  instance,
  workflow_name,
  ${shownStatus(parameters, silence)} AS shown_status,
  ${nanoseconds('started_at')} AS started_ns,
  parent_execution_id,
  retry_of,
  replay_of
${rowsOf('executions', scope, parameters, conditions)}
ORDER BY started_at, execution_id, instance
LIMIT ${RELATED_MAX}`
  return { name: 'related-executions', sql, params: parameters.values }
}
