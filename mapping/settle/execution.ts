/** What settling answers: executions, and for every span what it is in which of them. */
import type { ExecutionKind, SettleSpan, Status } from '@runlens/conventions'
import type { Entries } from './find-entries.ts'
import type { Placement } from './memberships.ts'

export interface Segment {
  trace_id: string
  span_id: string
  started_at: bigint
  ended_at: bigint
  status: Status
}

/** A step of an execution that is over. */
export interface SettledStep {
  name: string
  type: string
  status: Status | ''
  /** null: it never ended. */
  duration_ms: number | null
}

/** A database step of an execution, as a query that its user made. */
export interface SettledQuery {
  /** Trace id and span id in one: 48 hex digits. */
  key: string
  started_at: bigint
  /** 0n: not ended. */
  ended_at: bigint
  database_type: string
  status: Status
  /** The first {@link QUERY_CHARACTERS_MAX} characters; the whole stays on the span. */
  text: string
  rows_total: number | null
  rows_returned: number | null
  /**
   * Complexity, page, size of a page, error type and the first {@link QUERY_CHARACTERS_MAX} characters of the message, with tabs between;
   * '' where none of them is told. One text, because most queries tell none and each column costs whether or not it is filled.
   */
  details: string
}

/** An execution as follows from its spans; names and meaning as the columns of the `executions` table. */
export interface SettledExecution {
  execution_id: string
  instance: string
  kind: ExecutionKind
  provider: string
  workflow_id: string
  workflow_name: string
  workflow_version: string
  status: Status
  status_explicit: boolean
  mode: string
  environment: string
  service: string
  user_id: string
  conversation_id: string
  database_type: string
  query: string
  queued_at: bigint | null
  started_at: bigint
  ended_at: bigint | null
  last_seen_at: bigint
  /** When the last heartbeat of it was accepted, milliseconds since the epoch; null without any. */
  heartbeat_at: bigint | null
  duration_ms: number | null
  queue_ms: number | null
  progress: number | null
  expected_end_at: bigint | null
  error_type: string
  error_class: string
  error_message: string
  error_stack: string
  error_fingerprint: string
  response_status_code: string
  failed_step: string
  /** Names of all steps whose last attempt failed, each once, in order of start, at most {@link FAILED_NAMES_MAX}. */
  failed_step_names: string[]
  step_count: number
  failed_steps: number
  rows_total: number | null
  rows_returned: number | null
  trace_id: string
  span_id: string
  segments: Segment[]
  /** In order of start, at most {@link STEPS_MAX}; none while it is not over. */
  steps: SettledStep[]
  /** Its database steps, in order of start, at most {@link QUERIES_MAX}; none of an execution that is a query itself. */
  queries: SettledQuery[]
  /** How many database steps it has. */
  query_count: number
  parent_execution_id: string
  retry_of: string
  replay_of: string
  attempt: number
  input: string
  input_truncated: boolean
  output: string
  output_truncated: boolean
  attributes: Record<string, string>
}

/** What became of one span. */
export interface Membership {
  /**
   * `entry`: the span is an execution (or a segment of one). `step`: a node. `child`: an entry that is also a step of the
   * execution above it. `span`: a plain span of the tree. `hidden`: a marker.
   */
  part: 'entry' | 'step' | 'child' | 'span' | 'hidden'
  /** Index into `executions` of the execution that the span is (entry, child), or belongs to (step, span); -1 for none. */
  execution: number
  /** For `child`: index of the execution in which it is a step; -1 otherwise. */
  within: number
  /** For steps and children: span id of the nearest step (or '' directly below the entry) above it in the same execution. */
  parent_step: string
}

export interface Settled {
  executions: SettledExecution[]
  /** One per given span, in the order given (duplicates of a span id included, all with the same answer). */
  memberships: Membership[]
  /**
   * When the answer may change without a new span (ancestors of a candidate or of a step are still awaited): settle again then.
   * Milliseconds since the epoch; null when only new spans can change it.
   */
  settle_again_at_ms: number | null
}

/** Steps of one execution that its own row tells of, for the history of steps; `step_count` counts all. */
export const STEPS_MAX = 1_000

/** Database steps that a row tells; `query_count` counts all. */
export const QUERIES_MAX = 1_000
/** Characters kept of the text of a query, and of its error. */
export const QUERY_CHARACTERS_MAX = 1_000

/** Different names of failed steps that a row tells; `failed_steps` counts all. */
export const FAILED_NAMES_MAX = 100

export interface SettleOptions {
  /** The clock, milliseconds since the epoch. */
  now_ms: number
  /** How long a candidate waits for ancestors that have not arrived. */
  candidate_timeout_ms: number
  /** Cap of an execution's input and output. */
  payload_bytes_max: number
  /** Is told what the answer follows from, for whoever wants to know why. */
  trace?: (grounds: SettleGrounds) => void
}

/** What settling decided by. Indexes are those of the distinct spans. */
export interface SettleGrounds {
  /** In canonical order, versions merged, provisional entries among them. */
  spans: readonly SettleSpan[]
  /** Distinct span of each given one; -1: none. */
  indexOf: Int32Array
  /** Parent as sent; negative: none, or not here. */
  parent: Int32Array
  /** Span without a parent here that the chain of parents ends at. */
  top: Int32Array
  entries: Entries
  placement: Placement
}
