/** What an explanation says: plain values, the same in the API's answer and in the command's `--json`. */
import type { ExecutionKind, MarkerKind, Role, Status } from '@runlens/conventions'

/** Parts of a span that an attribute may stand on; `event` is its last exception event. */
export const ATTRIBUTE_HOLDERS = ['span', 'scope', 'resource', 'event'] as const
export type AttributeHolder = (typeof ATTRIBUTE_HOLDERS)[number]

/**
 * `segment`: a further part of an execution that another span began. `child_execution`: an execution that is a step of another one,
 * too. `span`: plain. `marker`: tells of another span and is never shown.
 */
export const BECAME = ['execution', 'segment', 'child_execution', 'step', 'span', 'marker'] as const
export type Became = (typeof BECAME)[number]

export interface ExplainedField {
  field: string
  /** At most {@link VALUE_CHARACTERS_MAX} characters of it. */
  value: string
  /** The attribute that it came from; null: from elsewhere, which `from` says. */
  attribute: string | null
  on: AttributeHolder | null
  /** In words. */
  from: string
  /** Attributes with a value that a stronger one kept from counting. */
  instead_of: string[]
}

export interface ExplainedRule {
  /** 1–5 of docs/model.md; 0: of a step or marker. */
  rule: number
  profile: string
  file: string
  /** From 1. */
  line: number
  /** What the rule wants, in words. */
  wants: string
}

export interface ExplainedClaim {
  profile: string
  file: string
  /** Scope and attributes by which the profile knows the span; empty for the one that knows every span. */
  by: string[]
}

export interface ExplainedSpan {
  trace_id: string
  span_id: string
  /** '' for a root. */
  parent_span_id: string
  name: string
  scope: string
  /** What it is as far as it alone can say. */
  role: Role
  became: Became
  /** The execution that it is or belongs to; null: none. */
  execution_id: string | null
  /** Of a child execution: the execution in which it is a step. */
  step_of: string | null
  provider: string
  rule: ExplainedRule | null
  /** Profiles that know the span, in the order in which they are asked. */
  profiles: ExplainedClaim[]
  fields: ExplainedField[]
  why: string
  why_not_more: string[]
}

/** What another span or a log record tells of a span. */
export interface ExplainedMarker {
  marker: MarkerKind
  /** What tells it. */
  told_by: 'span' | 'log_record'
  trace_id: string
  span_id: string
  parent_span_id: string
  name: string
  /** ISO-8601; the moment that it tells of. */
  recorded_at: string
  role: Role
  rule: ExplainedRule | null
  fields: ExplainedField[]
}

export interface ExplainedExecution {
  execution_id: string
  kind: ExecutionKind
  provider: string
  workflow_name: string
  status: Status
  instance: string
  /** Span ids of its entries, the first began it. */
  segments: string[]
  step_count: number
  failed_steps: number
  error_type: string
  error_message: string
  /** What does not follow from its own span alone. */
  notes: string[]
}

export interface Explanation {
  /** In the order of the payload. */
  spans: ExplainedSpan[]
  markers: ExplainedMarker[]
  executions: ExplainedExecution[]
  /** Log records of the payload, markers or not. */
  log_records: number
  /** Why spans and log records would not be stored. */
  rejected: string[]
}

export const VALUE_CHARACTERS_MAX = 500

export function cut(text: string): string {
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text
}
