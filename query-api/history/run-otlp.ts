/** A run as OTLP/JSON: log records while it is under way, a span when it is over. The collector takes it as it takes anything. Pure. */
import { MARKER, MARKER_EVENTS, type MarkerEvent, RUNLENS } from '@runlens/conventions'
import { API_SERVICE, type RunState } from './run-state.ts'

/** One export: where it goes, and what. */
export interface OtlpExport {
  path: '/v1/logs' | '/v1/traces'
  body: unknown
}

/** `event_name` of the lines of a run's log, and what tells the lines of one PATCH from those of another. */
export const LOG_EVENT = 'runlens.execution.log'
export const LOG_GENERATION = 'runlens.log.generation'
/** `text` when the log was one text, `json` when the line is JSON. */
export const LOG_FORMAT = 'runlens.log.format'

const SCOPE = { name: 'runlens.api' }
const SPAN_KIND_INTERNAL = 1
const STATUS_OK = 1
const STATUS_ERROR = 2
const SEVERITY_INFO = 9

export function startedRun(run: RunState): OtlpExport {
  return logsOf([marker(run, MARKER_EVENTS.executionStarted, run.startedNs)])
}

export function updatedRun(run: RunState, nowNs: bigint): OtlpExport {
  return logsOf([marker(run, MARKER_EVENTS.executionUpdated, nowNs)])
}

export function endedRun(run: RunState): OtlpExport {
  const isFailure = run.error !== null || ['failed', 'error', 'timeout'].includes(run.status)
  const status = isFailure ? { code: STATUS_ERROR, ...(run.error ? { message: run.error } : {}) } : { code: STATUS_OK }
  const span = {
    traceId: run.traceId,
    spanId: run.spanId,
    name: run.workflowId,
    kind: SPAN_KIND_INTERNAL,
    startTimeUnixNano: String(run.startedNs),
    endTimeUnixNano: String(run.endedNs),
    attributes: attributesOf(run),
    status,
  }
  return {
    path: '/v1/traces',
    body: { resourceSpans: [{ resource: RESOURCE, scopeSpans: [{ scope: SCOPE, spans: [span] }] }] },
  }
}

/** @param logs as it came: one text, or a list of entries */
export function runLog(run: RunState, logs: string | readonly unknown[], nowNs: bigint): OtlpExport {
  const lines = typeof logs === 'string' ? [logs] : logs
  return logsOf(
    lines.map((line, index) => ({
      // In the order of the list, whatever the clock.
      timeUnixNano: String(nowNs + BigInt(index)),
      severityNumber: SEVERITY_INFO,
      eventName: LOG_EVENT,
      traceId: run.traceId,
      spanId: run.spanId,
      body: { stringValue: typeof line === 'string' ? line : JSON.stringify(line) },
      attributes: [
        attribute(LOG_GENERATION, String(nowNs)),
        attribute(LOG_FORMAT, typeof logs === 'string' ? 'text' : typeof line === 'string' ? 'line' : 'json'),
      ],
    })),
  )
}

const RESOURCE = { attributes: [attribute('service.name', API_SERVICE)] }

function logsOf(logRecords: unknown[]): OtlpExport {
  return {
    path: '/v1/logs',
    body: { resourceLogs: [{ resource: RESOURCE, scopeLogs: [{ scope: SCOPE, logRecords }] }] },
  }
}

function marker(run: RunState, eventName: MarkerEvent, atNs: bigint) {
  return {
    timeUnixNano: String(atNs),
    severityNumber: SEVERITY_INFO,
    eventName,
    traceId: run.traceId,
    spanId: run.spanId,
    attributes: [
      attribute(MARKER.name, run.workflowId),
      attribute(MARKER.kind, SPAN_KIND_INTERNAL),
      { key: MARKER.startedAt, value: { intValue: String(run.startedNs) } },
      ...attributesOf(run),
    ],
  }
}

function attributesOf(run: RunState) {
  const optional: [string, string | null][] = [
    [RUNLENS.executionInput, run.input],
    [RUNLENS.executionOutput, run.output],
    ['user.id', run.userId],
    ['error.message', run.error],
  ]
  return [
    attribute(RUNLENS.executionId, run.executionId),
    attribute(RUNLENS.executionKind, 'workflow'),
    attribute(RUNLENS.executionStatus, run.status),
    attribute(RUNLENS.executionMode, run.mode),
    attribute(RUNLENS.workflowId, run.workflowId),
    ...optional.flatMap(([key, value]) => (value === null ? [] : [attribute(key, value)])),
    ...Object.entries(run.attributes).map(([key, value]) => attribute(key, value)),
  ]
}

function attribute(key: string, value: string | number | boolean) {
  if (typeof value === 'string') return { key, value: { stringValue: value } }
  if (typeof value === 'boolean') return { key, value: { boolValue: value } }
  return { key, value: Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value } }
}
