/**
 * Executions of emitters that say nothing before the end: the first step that comes, below a span that did not come yet, opens one in its
 * place. It is there as long as nothing of its trace is an execution by itself, and what comes later decides anew.
 */
import type { SettleSpan } from '@runlens/conventions'
import type { SettleOptions } from './execution.ts'

/** How long a step waits for the span above it, which mostly comes in the same moment. */
export const PROVISIONAL_AFTER_MS = 1_000

/** Spans of no engine: they say what they did, not that they are part of a run. */
const GENERIC = 'opentelemetry'

export interface Provisional {
  /** Spans that stand for those that did not come. */
  entries: SettleSpan[]
  /** When there may be another one, or one less; milliseconds since the epoch. */
  dueAtMs: number | null
}

interface OpenTrace {
  /** The first of the steps whose parent is missing. */
  step: SettleSpan | undefined
  /** Since when the first of them waits, and the first candidate. */
  waitsSinceMs: number
  candidateSinceMs: number
  startedAt: bigint
}

/** @param spans distinct, in canonical order */
export function provisionalEntries(spans: readonly SettleSpan[], options: SettleOptions): Provisional {
  const found: Provisional = { entries: [], dueAtMs: null }
  if (!spans.some(isStep)) return found
  const decided = new Set<string>()
  for (const { trace_id, parent_span_id, role } of spans) {
    if (parent_span_id === '' || role === 'entry') decided.add(trace_id)
  }
  if (spans.every(({ trace_id }) => decided.has(trace_id))) return found
  for (const trace of openTraces(spans, decided)) {
    if (trace.step === undefined) continue
    const opensAt = trace.waitsSinceMs + PROVISIONAL_AFTER_MS
    // A candidate that has waited for long enough is an execution by itself.
    const closesAt = trace.candidateSinceMs + options.candidate_timeout_ms
    if (options.now_ms >= closesAt) continue
    const due = options.now_ms < opensAt ? opensAt : closesAt
    if (Number.isFinite(due) && (found.dueAtMs === null || due < found.dueAtMs)) found.dueAtMs = due
    if (options.now_ms >= opensAt) found.entries.push(entryAbove(trace.step, trace))
  }
  return found
}

function isStep({ role, provider }: SettleSpan): boolean {
  return (role === 'step' || role === 'marker') && provider !== GENERIC
}

function openTraces(spans: readonly SettleSpan[], decided: ReadonlySet<string>): Iterable<OpenTrace> {
  const here = new Set(spans.map(({ trace_id, span_id }) => `${trace_id}${span_id}`))
  const traces = new Map<string, OpenTrace>()
  for (const span of spans) {
    if (decided.has(span.trace_id)) continue
    let trace = traces.get(span.trace_id)
    if (!trace) {
      trace = { step: undefined, waitsSinceMs: Infinity, candidateSinceMs: Infinity, startedAt: span.started_at }
      traces.set(span.trace_id, trace)
    }
    if (here.has(`${span.trace_id}${span.parent_span_id}`)) continue
    if (span.role === 'candidate') trace.candidateSinceMs = Math.min(trace.candidateSinceMs, span.received_at_ms)
    if (!isStep(span)) continue
    trace.step ??= span
    trace.waitsSinceMs = Math.min(trace.waitsSinceMs, span.received_at_ms)
  }
  return traces.values()
}

function entryAbove(step: SettleSpan, { startedAt }: OpenTrace): SettleSpan {
  return {
    trace_id: step.trace_id,
    span_id: step.parent_span_id,
    parent_span_id: '',
    name: '',
    kind: 1,
    started_at: startedAt,
    ended_at: 0n,
    status_code: 0,
    service: step.service,
    role: 'entry',
    rule: 2,
    provider: step.provider,
    execution_kind: 'workflow',
    execution_id: '',
    instance: step.instance,
    workflow_id: step.workflow_id,
    workflow_name: step.workflow_name,
    workflow_version: step.workflow_version,
    status: 'running',
    status_explicit: 0,
    mode: '',
    environment: step.environment,
    user_id: step.user_id,
    conversation_id: step.conversation_id,
    step_name: '',
    step_type: '',
    attempt: 0,
    error_type: '',
    error_message: '',
    error_stack: '',
    response_status_code: '',
    database_type: '',
    query: '',
    query_complexity: '',
    query_page: '',
    query_page_size: '',
    rows_total: null,
    rows_returned: null,
    parent_execution_id: '',
    retry_of: '',
    replay_of: '',
    queued_at: null,
    expected_end_at: null,
    progress: null,
    links: [],
    input: '',
    output: '',
    attributes: {},
    marker: '',
    recorded_at: 0n,
    received_at_ms: step.received_at_ms,
  }
}
