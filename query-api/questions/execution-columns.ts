/** The columns of an execution as questions select them, and the row that comes back. */
import { nanoseconds } from './question.ts'

/** Names stay those of the table; times are nanoseconds as text, ids hex. */
export interface ExecutionColumns {
  execution_id: string
  kind: string
  provider: string
  instance: string
  workflow_id: string
  workflow_name: string
  workflow_version: string
  shown_status: string
  mode: string
  environment: string
  service: string
  user_id: string
  conversation_id: string
  database_type: string
  query: string
  started_ns: string
  ended_ns: string | null
  last_seen_ns: string
  duration_ms: number | null
  queue_ms: number | null
  progress: number | null
  expected_end_ns: string | null
  error_type: string
  error_class: string
  error_message: string
  error_fingerprint: string
  response_status_code: string
  failed_step: string
  step_count: number
  failed_steps: number
  rows_total: string | number | null
  rows_returned: string | number | null
  trace: string
  parent_execution_id: string
  retry_of: string
  attempt: number
}

const PLAIN = [
  'execution_id',
  'kind',
  'provider',
  'instance',
  'workflow_id',
  'workflow_name',
  'workflow_version',
  'mode',
  'environment',
  'service',
  'user_id',
  'conversation_id',
  'database_type',
  'query',
  'duration_ms',
  'queue_ms',
  'progress',
  'error_type',
  'error_class',
  'error_message',
  'error_fingerprint',
  'response_status_code',
  'failed_step',
  'step_count',
  'failed_steps',
  'rows_total',
  'rows_returned',
  'parent_execution_id',
  'retry_of',
  'attempt',
]

/** The select list for {@link ExecutionColumns}. */
export function executionColumns(shownStatus: string): string[] {
  return [
    ...PLAIN,
    `${shownStatus} AS shown_status`,
    `${nanoseconds('started_at')} AS started_ns`,
    `${nanoseconds('ended_at')} AS ended_ns`,
    `${nanoseconds('last_seen_at')} AS last_seen_ns`,
    `${nanoseconds('expected_end_at')} AS expected_end_ns`,
    'lower(hex(trace_id)) AS trace',
  ]
}
