/** What the UI reads of the API's answers. A test compares it with the schemas of the API. */
import type { ExecutionKind, Status, StepType } from '@runlens/conventions'

export interface Execution {
  execution_id: string
  kind: ExecutionKind
  provider: string | null
  instance: string | null
  workflow_id: string | null
  workflow_name: string | null
  version: string | null
  status: Status
  mode: string | null
  environment: string
  service: string | null
  user_id: string | null
  conversation_id: string | null
  database_type: string | null
  query: string | null
  started_at: string
  ended_at: string | null
  last_seen_at: string
  duration_ms: number | null
  queue_ms: number | null
  progress: number | null
  expected_end_at: string | null
  overdue: boolean
  error_type: string | null
  error_class: string | null
  error_message: string | null
  error_fingerprint: string | null
  status_code: string | null
  failed_step: string | null
  step_count: number
  failed_steps: number
  rows_total: number | null
  rows_returned: number | null
  trace_id: string
  parent_execution_id: string | null
  retry_of: string | null
  attempt: number | null
}

export interface ExecutionList {
  executions: Execution[]
  total: number
  total_is_bound: boolean
  searched_from: string | null
  next_cursor: string | null
  meta: { running: number; lag_ms: number | null }
}

export interface ExecutionLink {
  execution_id: string
  instance: string | null
  workflow_name: string | null
  status: Status
  started_at: string
}

export interface ExecutionDetail extends Execution {
  input: string | null
  input_truncated: boolean
  output: string | null
  output_truncated: boolean
  error_stack: string | null
  queued_at: string | null
  attributes: Record<string, string>
  spans_truncated: boolean
  segments: { trace_id: string }[]
  links: {
    parent: ExecutionLink | null
    children: ExecutionLink[]
    attempts: ExecutionLink[]
    replay_of: ExecutionLink | null
    replays: ExecutionLink[]
  }
  instances: (string | null)[]
}

export interface Step {
  step_id: string
  depth: number
  name: string
  type: StepType | null
  status: Status | null
  started_at: string
  start_offset_ms: number
  duration_ms: number | null
  self_ms: number
  error_type: string | null
  error_message: string | null
  on_critical_path: boolean
  percentile: number | null
  part: 'step' | 'child' | 'span'
  trace_id: string
  attributes: Record<string, string>
}

export interface Tree {
  steps: Step[]
  meta: { spans: number; truncated: boolean }
}

export interface Figures<Value> {
  total_executions: Value
  success_rate: number | null
  p50_duration_ms: number | null
  p95_duration_ms: number | null
  p99_duration_ms: number | null
}

export interface SparklinePoint {
  timestamp: string
  total: number
  success: number
  failure: number
}

export interface Kpis extends Figures<number> {
  failure_count: number
  sparkline_data: SparklinePoint[]
  delta_vs_previous: Figures<number | null>
  meta: { from: string | null; to: string | null }
}

export interface WorkflowNames {
  workflows: { workflow_name: string | null }[]
}

/** Whom the credential stands for. */
export interface Session {
  authentication: 'none' | 'key' | 'token' | 'session' | 'ticket'
  tenant: string
  role: string
  user_id: string | null
}

export type ErrorState = 'open' | 'resolved' | 'ignored' | 'regressed'

export interface ErrorGroup {
  fingerprint: string
  error_type: string | null
  error_class: string
  template: string
  state: ErrorState
  count: number
  first_seen: string
  last_seen: string
  affected_workflows: number
  affected_users: number
  trend: { change: number | null }
  sparkline_data: { timestamp: string; count: number }[]
  failed_steps: string[]
}

export interface ErrorGroups {
  errors: ErrorGroup[]
  total: number
  total_executions: number
  meta: { to: string | null }
}

/** Problem details of an answer that is not a success. */
export interface Problem {
  title: string
  status: number
  detail: string
  code: string
  request_id: string
}
