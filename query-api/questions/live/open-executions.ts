/** Executions that are under way, newest first: what a stream begins with. */
import type { ChangeFilter } from '../../live/change.ts'
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { OPEN, type Silence, shownStatus } from '../status.ts'

export interface OpenExecution {
  execution_id: string
  instance: string
  kind: string
  workflow_id: string
  workflow_name: string
  environment: string
  user_id: string
  shown_status: string
  started_ns: string
  progress: number | null
}

export interface OpenFilter extends ChangeFilter {
  /** Nanoseconds. */
  fromNs: bigint
  silence: Silence
}

export function openExecutions(scope: Scope, filter: OpenFilter, limit: number): Question<OpenExecution> {
  const parameters = new Parameters()
  const { equal, kind, status, fromNs, silence } = filter
  const conditions = [
    `started_at >= ${parameters.bindTime('from', fromNs)}`,
    `status IN ${OPEN}`,
    `shown_status IN ${OPEN}`,
  ]
  for (const [field, value] of Object.entries(equal))
    conditions.push(`${field} = ${parameters.bind(field, 'String', value)}`)
  if (kind) conditions.push(`kind IN ${parameters.bind('kinds', 'Array(String)', kind)}`)
  if (status) conditions.push(`shown_status IN ${parameters.bind('wanted', 'Array(String)', status)}`)
  const sql = `SELECT
  execution_id, instance, kind, workflow_id, workflow_name, environment, user_id,
  ${shownStatus(parameters, silence)} AS shown_status,
  ${nanoseconds('started_at')} AS started_ns,
  progress
${rowsOf('executions', scope, parameters, conditions)}
ORDER BY started_at DESC, execution_id DESC
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: 'open-executions', sql, params: parameters.values }
}
