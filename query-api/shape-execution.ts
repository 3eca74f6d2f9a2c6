/** Rows of executions to the objects of an answer: unknown text and figures become null, times ISO-8601. */
import { PREVIEW_CHARACTERS } from '@runlens/clickhouse'
import {
  type ExecutionKind,
  LIVELY_STATUSES,
  OPEN_STATUSES,
  RUNLENS_QUERY_MAPS,
  type Status,
} from '@runlens/conventions'
import type { ExpectedEndOf } from './expected-ends.ts'
import { firstCharacters } from './last-message.ts'
import type { ExecutionColumns } from './questions/execution-columns.ts'
import type { ListedExecution } from './questions/list-executions.ts'
import type { ReadExecution } from './questions/read-executions.ts'
import type { RelatedExecution } from './questions/related-executions.ts'
import type { Execution, ExecutionDetail, ExecutionLink } from './schema/execution.ts'
import { formatTime, formatTimeText } from './time.ts'

type Common = Omit<Execution, 'input_preview' | 'output_preview'>

/** '' to null. */
export function known(text: string): string | null {
  return text === '' ? null : text
}

/** A 64-bit figure, which may come as text. */
export function figure(value: string | number | null): number | null {
  return value === null ? null : Number(value)
}

/** Whether it owes a sign of life: one that waits was put aside by its engine. */
export function isLively(status: string): boolean {
  return (LIVELY_STATUSES as readonly string[]).includes(status)
}

export function isOpen(status: string): boolean {
  return (OPEN_STATUSES as readonly string[]).includes(status)
}

function common(row: ExecutionColumns, expectedOf: ExpectedEndOf, nowNs: bigint): Common {
  const { expectedNs, overdueNs } = expectedOf(row)
  return {
    execution_id: row.execution_id,
    kind: row.kind as ExecutionKind,
    provider: known(row.provider),
    instance: known(row.instance),
    workflow_id: known(row.workflow_id),
    workflow_name: known(row.workflow_name),
    version: known(row.workflow_version),
    status: row.shown_status as Status,
    mode: known(row.mode),
    environment: row.environment,
    service: known(row.service),
    user_id: known(row.user_id),
    conversation_id: known(row.conversation_id),
    database_type: known(row.database_type),
    query: known(row.query),
    started_at: formatTimeText(row.started_ns),
    ended_at: formatTimeText(row.ended_ns),
    last_seen_at: formatTimeText(row.last_seen_ns),
    duration_ms: row.duration_ms,
    queue_ms: row.queue_ms,
    progress: row.progress,
    expected_end_at: expectedNs === null ? null : formatTime(expectedNs),
    overdue: isOpen(row.shown_status) && overdueNs !== null && overdueNs < nowNs,
    error_type: known(row.error_type),
    error_class: known(row.error_class),
    error_message: known(row.error_message),
    error_fingerprint: known(row.error_fingerprint),
    status_code: known(row.response_status_code),
    failed_step: known(row.failed_step),
    step_count: row.step_count,
    failed_steps: row.failed_steps,
    rows_total: figure(row.rows_total),
    rows_returned: figure(row.rows_returned),
    trace_id: row.trace,
    parent_execution_id: known(row.parent_execution_id),
    retry_of: known(row.retry_of),
    attempt: row.attempt === 0 ? null : row.attempt,
  }
}

export function shapeListed(row: ListedExecution, expectedOf: ExpectedEndOf, nowNs: bigint): Execution {
  return {
    ...common(row, expectedOf, nowNs),
    input_preview: known(firstCharacters(row.input_preview, PREVIEW_CHARACTERS)),
    output_preview: known(firstCharacters(row.output_preview, PREVIEW_CHARACTERS)),
  }
}

/** One execution whole. */
export function shapeDetail(
  row: ReadExecution,
  related: readonly RelatedExecution[],
  instances: string[],
  expectedOf: ExpectedEndOf,
  nowNs: bigint,
): ExecutionDetail {
  const attributes = Object.fromEntries(
    row.attribute_keys.map((key, index) => [key, row.attribute_values[index] ?? '']),
  )
  return {
    ...common(row, expectedOf, nowNs),
    input: known(row.input),
    input_truncated: row.input_truncated === 1,
    output: known(row.output),
    output_truncated: row.output_truncated === 1,
    error_stack: known(row.error_stack),
    status_explicit: row.status_explicit === 1,
    queued_at: formatTimeText(row.queued_ns),
    replay_of: known(row.replay_of),
    attributes,
    ...queryMaps(attributes),
    spans_truncated: row.spans_truncated === 1,
    segments: row.segment_traces.map((trace_id, index) => ({
      trace_id,
      span_id: row.segment_spans[index] ?? '',
      started_at: formatTimeText(row.segment_starts[index] ?? '0'),
      ended_at: row.segment_ends[index] === '0' ? null : formatTimeText(row.segment_ends[index] ?? null),
      status: known(row.segment_statuses[index] ?? '') as Status | null,
    })),
    links: links(row, related),
    instances: instances.map(known),
  }
}

/** The maps of query tracking, out of the attributes that hold their members. */
export function queryMaps(
  attributes: Readonly<Record<string, string>>,
): Pick<ExecutionDetail, keyof typeof RUNLENS_QUERY_MAPS> {
  const members = (prefix: string) =>
    Object.fromEntries(
      Object.entries(attributes)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, value]) => [key.slice(prefix.length), value]),
    )
  const { connection, request, response } = RUNLENS_QUERY_MAPS
  return { connection: members(connection), request: members(request), response: members(response) }
}

/** Most links of one sort in an answer. */
const LINKS_MAX = 100

function links(of: ReadExecution, related: readonly RelatedExecution[]): ExecutionDetail['links'] {
  const others = related.filter((row) => row.execution_id !== of.execution_id || row.instance !== of.instance)
  const named = (id: string) => (id === '' ? undefined : others.find((row) => row.execution_id === id))
  const naming = (which: (row: RelatedExecution) => boolean) => others.filter(which).slice(0, LINKS_MAX).map(shapeLink)
  const one = (row: RelatedExecution | undefined) => (row ? shapeLink(row) : null)
  const isAttempt = (row: RelatedExecution) =>
    row.retry_of === of.execution_id || (of.retry_of !== '' && row.execution_id === of.retry_of)
  return {
    parent: one(named(of.parent_execution_id)),
    children: naming((row) => row.parent_execution_id === of.execution_id),
    attempts: naming(isAttempt),
    replay_of: one(named(of.replay_of)),
    replays: naming((row) => row.replay_of === of.execution_id),
  }
}

function shapeLink(row: RelatedExecution): ExecutionLink {
  return {
    execution_id: row.execution_id,
    instance: known(row.instance),
    workflow_name: known(row.workflow_name),
    status: row.shown_status as Status,
    started_at: formatTimeText(row.started_ns),
  }
}
