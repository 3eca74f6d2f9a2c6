/** A database step as an execution of kind query: what is its own, and of the execution around it user, conversation and place. */
import type { Status } from '@runlens/conventions'
import type { FoundStep } from './find-step.ts'
import type { ExecutionDetail } from './schema/execution.ts'
import { figure, known, queryMaps } from './shape-execution.ts'
import { queryDetails } from './shape-query.ts'
import { formatTimeText } from './time.ts'

export function shapeStepAsQuery({ row, span, traceId, spanId }: FoundStep): ExecutionDetail {
  const { error_type, error_message } = queryDetails(row.details)
  const name = span ? span.step_name || span.name : null
  const ended = row.query_ended_ns === '0' ? null : row.query_ended_ns
  const status = row.shown as Status
  const attributes = Object.fromEntries(
    (span?.attribute_keys ?? []).map((key, index) => [key, span?.attribute_values[index] ?? '']),
  )
  return {
    ...UNTOLD,
    execution_id: row.id,
    provider: known(row.provider),
    instance: known(row.instance),
    workflow_id: name,
    workflow_name: name,
    status,
    mode: known(row.mode),
    environment: row.environment,
    service: known(span?.service ?? row.service),
    user_id: known(row.user_id),
    conversation_id: known(row.conversation_id),
    database_type: known(row.type),
    query: known(span?.query || row.text),
    started_at: formatTimeText(row.query_started_ns),
    ended_at: formatTimeText(ended),
    last_seen_at: formatTimeText(ended ?? row.query_started_ns),
    duration_ms: elapsedMs(row.query_started_ns, ended),
    error_type,
    error_message,
    error_stack: known(span?.error_stack ?? ''),
    status_code: known(span?.response_status_code ?? ''),
    status_explicit: span?.status_explicit === 1,
    rows_total: figure(row.total),
    rows_returned: figure(row.returned),
    trace_id: traceId,
    parent_execution_id: row.execution_id,
    attempt: span?.attempt || null,
    attributes,
    ...queryMaps(attributes),
    segments: [
      {
        trace_id: traceId,
        span_id: spanId,
        started_at: formatTimeText(row.query_started_ns),
        ended_at: formatTimeText(ended),
        status,
      },
    ],
    links: {
      parent: {
        execution_id: row.execution_id,
        instance: known(row.instance),
        workflow_name: known(row.workflow_name),
        status: row.shown_status as Status,
        started_at: formatTimeText(row.started_ns),
      },
      children: [],
      attempts: [],
      replay_of: null,
      replays: [],
    },
    instances: [known(row.instance)],
  }
}

/** What a step has no word for. */
const UNTOLD = {
  kind: 'query',
  version: null,
  queue_ms: null,
  progress: null,
  expected_end_at: null,
  overdue: false,
  error_class: null,
  error_fingerprint: null,
  failed_step: null,
  step_count: 0,
  failed_steps: 0,
  retry_of: null,
  input: null,
  input_truncated: false,
  output: null,
  output_truncated: false,
  queued_at: null,
  replay_of: null,
  spans_truncated: false,
} as const

function elapsedMs(started: string, ended: string | null): number | null {
  const ns = ended === null ? -1n : BigInt(ended) - BigInt(started)
  return ns < 0n ? null : Number(ns) / 1e6
}
