/**
 * What settling and the step tree know of a stored span, or of a marker that tells of one: columns of the `spans` table under their own names, ids as lower-case hex,
 * times as nanoseconds since the epoch. Absent text is '', an absent parent '', an end not yet known 0n.
 */
import type { MarkerKind, Role, Status } from './model.ts'

export interface SettleSpan {
  trace_id: string
  span_id: string
  /** '' for a root. */
  parent_span_id: string
  name: string
  kind: number
  started_at: bigint
  /** 0n while the span has not ended. */
  ended_at: bigint
  status_code: number
  service: string
  role: Role
  rule: number
  provider: string
  execution_kind: string
  execution_id: string
  instance: string
  workflow_id: string
  workflow_name: string
  workflow_version: string
  status: Status | ''
  status_explicit: number
  mode: string
  environment: string
  user_id: string
  conversation_id: string
  step_name: string
  step_type: string
  attempt: number
  error_type: string
  error_message: string
  error_stack: string
  response_status_code: string
  database_type: string
  query: string
  /** How hard its emitter takes the query to be, in its own words. */
  query_complexity: string
  /** Which page of its rows a query asked for, and how many rows a page has: digits, or whatever was sent. */
  query_page: string
  query_page_size: string
  rows_total: number | null
  rows_returned: number | null
  parent_execution_id: string
  retry_of: string
  replay_of: string
  queued_at: bigint | null
  expected_end_at: bigint | null
  progress: number | null
  /** Spans that this one links to. */
  links: readonly { trace_id: string; span_id: string }[]
  /** Text of the input and output attribute, cut by the reader one byte over the cap so that a cut shows; entries and candidates only. */
  input: string
  output: string
  /** Entries and candidates only; values may be cut at 1 KiB. */
  attributes: Readonly<Record<string, string>>
  /** '' for a span; else what this row, of the `markers` table, tells of the span with these ids. */
  marker: MarkerKind | ''
  /** The moment that a marker tells of; 0n for a span. */
  recorded_at: bigint
  /** When the collector accepted it, milliseconds since the epoch. */
  received_at_ms: number
}
