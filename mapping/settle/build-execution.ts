/** One execution's fields from its entry spans and what its steps add to them. */
import { EXECUTION_KINDS, type ExecutionKind, isFinal, type SettleSpan, type Status } from '@runlens/conventions'
import { errorClass } from '../errors/error-class.ts'
import { errorFingerprint } from '../errors/error-fingerprint.ts'
import { capText } from './cap-text.ts'
import type { Segment, SettledExecution, SettledQuery, SettledStep, SettleOptions } from './execution.ts'
import { compareSegments, type EntryGroup, lastTime, later } from './executions-of-entries.ts'
import { isUnsuccessful } from './failed-steps.ts'

/** What an execution's steps say together. */
export interface StepSummary {
  count: number
  failed: number
  /** Name of the step that failed first, for good; '' without one. */
  failedStep: string
  /** Of all that failed for good, each once, in order of start. */
  failedNames: string[]
  /** The first {@link STEPS_MAX}, in order of start. */
  steps: SettledStep[]
  queries: SettledQuery[]
  queryCount: number
  failedError: { type: string; message: string; stack: string; statusCode: string } | undefined
  rowsTotal: number | null
  rowsReturned: number | null
  /** Latest time that any span of the execution names. */
  lastSeenAt: bigint
}

/** Types that every language gives to an error nobody named: a step's own type says more. */
const NAMELESS_TYPES = ['', 'Error', 'Exception']

export function isNamelessError(type: string): boolean {
  return NAMELESS_TYPES.includes(type)
}

export function buildExecution(
  spans: readonly SettleSpan[],
  group: EntryGroup,
  summary: StepSummary,
  options: SettleOptions,
): SettledExecution {
  const entries = group.entries.map((n) => spans[n]!)
  const first = entries[0]!
  const retold = group.retold.map((n) => spans[n]!)
  const byTime = inOrder(entries)
  const voices = [...inOrder(retold), ...byTime]
  const last = lastWord(byTime.at(-1)!, voices[retold.length - 1])
  const text = (field: TextField) => lastText(voices, field)
  const kind = kindOf(text('execution_kind'))
  const status = executionStatus(last, summary)
  const endedAt = isFinal(status) && last.ended_at !== 0n ? last.ended_at : null
  const all = retold.length === 0 ? entries : [...entries, ...retold]
  const queuedAt = all.find((entry) => entry.queued_at !== null)?.queued_at ?? null
  const input = capText(all.find((entry) => entry.input !== '')?.input ?? '', options.payload_bytes_max)
  const output = capText(text('output'), options.payload_bytes_max)
  return {
    execution_id: group.executionId,
    instance: group.instance,
    kind,
    provider: first.provider,
    workflow_id: text('workflow_id'),
    workflow_name: text('workflow_name'),
    workflow_version: text('workflow_version'),
    status,
    status_explicit: last.status_explicit === 1,
    mode: first.mode || text('mode'),
    environment: text('environment'),
    service: first.service,
    user_id: text('user_id'),
    conversation_id: text('conversation_id'),
    database_type: text('database_type'),
    query: text('query'),
    queued_at: queuedAt,
    started_at: first.started_at,
    ended_at: endedAt,
    last_seen_at: [...byTime, last].map(lastTime).reduce(later, summary.lastSeenAt),
    heartbeat_at: null,
    duration_ms: endedAt === null || endedAt < first.started_at ? null : millis(endedAt - first.started_at),
    queue_ms: queuedAt === null || queuedAt > first.started_at ? null : millis(first.started_at - queuedAt),
    progress: lastFigure(voices, 'progress'),
    expected_end_at: lastFigure(voices, 'expected_end_at'),
    ...errorOf(last, status, summary),
    failed_step: summary.failedStep,
    failed_step_names: summary.failedNames,
    step_count: summary.count,
    failed_steps: summary.failed,
    rows_total: lastFigure(voices, 'rows_total') ?? summary.rowsTotal,
    rows_returned: lastFigure(voices, 'rows_returned') ?? summary.rowsReturned,
    trace_id: last.trace_id,
    span_id: last.span_id,
    segments: entries.map(segmentOf),
    steps: isFinal(status) ? summary.steps : [],
    queries: kind === 'query' ? [] : summary.queries,
    query_count: kind === 'query' ? 0 : summary.queryCount,
    parent_execution_id: text('parent_execution_id'),
    retry_of: text('retry_of'),
    replay_of: text('replay_of'),
    attempt: entries.reduce((most, entry) => Math.max(most, entry.attempt), 1),
    input: input.text,
    input_truncated: input.truncated,
    output: output.text,
    output_truncated: output.truncated,
    attributes: mergedAttributes(byTime),
  }
}

/** The last word last. */
function inOrder(entries: readonly SettleSpan[]): SettleSpan[] {
  return [...entries].sort((a, b) => compareSegments(a, b, isFinal(statusOf(a)), isFinal(statusOf(b))))
}

/** An engine's records have it only where they know of an end that its telemetry does not. */
function lastWord(told: SettleSpan, retold: SettleSpan | undefined): SettleSpan {
  return retold && isFinal(statusOf(retold)) && !isFinal(statusOf(told)) ? retold : told
}

type TextField = {
  [K in keyof SettleSpan]: SettleSpan[K] extends string ? (string extends SettleSpan[K] ? K : never) : never
}[keyof SettleSpan]

/** The latest entry that says it has the last word, but a later one never blanks what an earlier one said. */
function lastText(byTime: readonly SettleSpan[], field: TextField): string {
  return byTime.findLast((entry) => entry[field] !== '')?.[field] ?? ''
}

function lastFigure<F extends 'progress' | 'expected_end_at' | 'rows_total' | 'rows_returned'>(
  byTime: readonly SettleSpan[],
  field: F,
): SettleSpan[F] {
  return byTime.findLast((entry) => entry[field] !== null)?.[field] ?? (null as SettleSpan[F])
}

/** Without a prototype, because `__proto__` is an attribute key like any other. */
function mergedAttributes(byTime: readonly SettleSpan[]): Record<string, string> {
  const merged: Record<string, string> = Object.create(null)
  for (const { attributes } of byTime) Object.assign(merged, attributes)
  return merged
}

function kindOf(text: string): ExecutionKind {
  return EXECUTION_KINDS.find((kind) => kind === text) ?? 'workflow'
}

/** An entry's status; one that says nothing follows from its end and OTLP status. */
function statusOf(entry: SettleSpan): Status {
  if (entry.status !== '') return entry.status
  if (entry.ended_at === 0n) return 'running'
  return entry.status_code === 2 ? 'error' : 'success'
}

function executionStatus(last: SettleSpan, { failed }: StepSummary): Status {
  const status = statusOf(last)
  return status === 'success' && last.status_explicit !== 1 && failed > 0 ? 'partial' : status
}

function errorOf(last: SettleSpan, status: Status, { failedError }: StepSummary) {
  const none = { type: '', message: '', stack: '', statusCode: '' }
  const isFailure = isUnsuccessful(status) || status === 'partial'
  const own = isUnsuccessful(status)
    ? { type: last.error_type, message: last.error_message, stack: last.error_stack }
    : none
  const inherited = (isFailure ? failedError : undefined) ?? none
  const type = isNamelessError(own.type) ? inherited.type || own.type : own.type
  const message = own.message || inherited.message
  const statusCode = last.response_status_code || inherited.statusCode
  return {
    error_type: type,
    error_class: isFailure ? errorClass(type, message, statusCode) : '',
    error_message: message,
    error_stack: own.stack || inherited.stack,
    response_status_code: last.response_status_code,
    error_fingerprint: '',
  }
}

/** Called when everything else is known: the failed step is part of what makes two errors the same. '' for what did not fail. */
export function fingerprint(execution: SettledExecution): string {
  if (execution.error_class === '') return ''
  return errorFingerprint(execution.error_type, execution.error_message, execution.failed_step)
}

function segmentOf(entry: SettleSpan): Segment {
  return {
    trace_id: entry.trace_id,
    span_id: entry.span_id,
    started_at: entry.started_at,
    ended_at: entry.ended_at,
    status: statusOf(entry),
  }
}

function millis(nanos: bigint): number {
  return Number(nanos) / 1e6
}
