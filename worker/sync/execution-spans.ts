/**
 * An execution of n8n as the spans that n8n's own OpenTelemetry module would have sent of it: the same names and attributes, so that both become the same
 * execution. Ids follow from the execution, so that it may be told any number of times. No items: what nodes passed on stays at n8n. Pure.
 */
import { createHash } from 'node:crypto'
import { RUNLENS, SYNC_MISSING, SYNC_SOURCE } from '@runlens/conventions'
import type { N8nError, NodeRun, WholeExecution } from './decode-execution.ts'

export interface OtlpAttribute {
  key: string
  value: { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean }
}

/** A span in OTLP/JSON. */
export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: OtlpAttribute[]
  events?: { timeUnixNano: string; name: string; attributes: OtlpAttribute[] }[]
  status: { code: number }
}

/** `n8n.status` of executions that are not over; what became of them a later synchronisation tells. */
const NOT_OVER = ['new', 'running', 'unknown']
const FAILED = ['error', 'crashed']
const INTERNAL = 1
const OK = 1
const ERROR = 2

export function isOver({ status }: { status: string }): boolean {
  return !NOT_OVER.includes(status)
}

/** The id of the trace that an execution is told in. */
export function traceIdOf(instance: string, executionId: string): string {
  return hash(['trace', instance, executionId], 16)
}

/** @returns undefined where nothing says when it began */
export function executionSpans(execution: WholeExecution, instance: string): OtlpSpan[] | undefined {
  const { runs } = execution
  const begins = runs.map(({ startMs }) => startMs)
  const ends = runs.map(({ startMs, durationMs }) => startMs + durationMs)
  const startMs = least([
    execution.startedAtMs ?? Number.POSITIVE_INFINITY,
    ...begins,
    execution.stoppedAtMs ?? Number.POSITIVE_INFINITY,
  ])
  if (startMs === Number.POSITIVE_INFINITY) return undefined
  const endMs = execution.stoppedAtMs ?? greatest([startMs, ...ends])
  const traceId = traceIdOf(instance, execution.id)
  const rootId = hash(['entry', instance, execution.id], 8)
  const root = rootSpan(execution, { traceId, spanId: rootId, startMs, endMs: Math.max(endMs, startMs) })
  return [root, ...runs.map((run) => nodeSpan(run, execution, instance, traceId, rootId))]
}

interface Place {
  traceId: string
  spanId: string
  startMs: number
  endMs: number
}

function rootSpan(execution: WholeExecution, { traceId, spanId, startMs, endMs }: Place): OtlpSpan {
  const hasFailed = FAILED.includes(execution.status)
  const error = hasFailed ? execution.error : null
  return {
    traceId,
    spanId,
    name: 'workflow.execute',
    kind: INTERNAL,
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(endMs),
    attributes: [
      attribute(SYNC_SOURCE, 'n8n'),
      ...optional(SYNC_MISSING, execution.missing),
      attribute('n8n.workflow.id', execution.workflowId),
      ...optional('n8n.workflow.name', execution.workflowName),
      ...optional('n8n.workflow.version_id', execution.workflowVersionId),
      ...(execution.nodeCount === null ? [] : [attribute('n8n.workflow.node_count', execution.nodeCount)]),
      attribute('n8n.execution.id', execution.id),
      ...optional('n8n.execution.mode', execution.mode),
      attribute('n8n.execution.status', execution.status),
      attribute('n8n.execution.is_retry', execution.mode === 'retry'),
      ...optional('n8n.execution.retry_of', execution.retryOf),
      ...optional(RUNLENS.executionParentId, execution.parentExecutionId),
      ...(error ? [attribute('n8n.execution.error_type', error.type)] : []),
    ],
    ...(error ? { events: [exception(error, endMs)] } : {}),
    status: { code: hasFailed ? ERROR : OK },
  }
}

function nodeSpan(
  run: NodeRun,
  execution: WholeExecution,
  instance: string,
  traceId: string,
  rootId: string,
): OtlpSpan {
  const node = execution.nodes.get(run.name)
  const endMs = run.startMs + run.durationMs
  return {
    traceId,
    spanId: hash(['node', instance, execution.id, run.name, String(run.index)], 8),
    parentSpanId: rootId,
    name: 'node.execute',
    kind: INTERNAL,
    startTimeUnixNano: nanos(run.startMs),
    endTimeUnixNano: nanos(endMs),
    attributes: [
      ...optional('n8n.node.id', node?.id ?? ''),
      attribute('n8n.node.name', run.name),
      ...optional('n8n.node.type', node?.type ?? ''),
      ...(node?.typeVersion ? [attribute('n8n.node.type_version', node.typeVersion)] : []),
      attribute('n8n.node.items.input', run.itemsIn),
      attribute('n8n.node.items.output', run.itemsOut),
    ],
    ...(run.error ? { events: [exception(run.error, endMs)] } : {}),
    status: { code: run.error ? ERROR : OK },
  }
}

function exception({ type, message, stack }: N8nError, atMs: number) {
  const attributes = [
    attribute('exception.type', type),
    ...optional('exception.message', message),
    ...optional('exception.stacktrace', stack),
  ]
  return { timeUnixNano: nanos(atMs), name: 'exception', attributes }
}

function optional(key: string, value: string): OtlpAttribute[] {
  return value === '' ? [] : [attribute(key, value)]
}

export function attribute(key: string, value: string | number | boolean): OtlpAttribute {
  if (typeof value === 'string') return { key, value: { stringValue: value } }
  if (typeof value === 'boolean') return { key, value: { boolValue: value } }
  return { key, value: Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value } }
}

function nanos(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n)
}

/** Lists of parts have one reading only, whatever stands in them. */
function hash(parts: readonly string[], bytes: number): string {
  return createHash('sha256')
    .update(JSON.stringify(['runlens-sync', 'n8n', ...parts]))
    .digest('hex')
    .slice(0, bytes * 2)
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b))
}

function greatest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b))
}
