/** A run that is told of through this API: what is known of it, and what a PATCH makes of that. Pure. */
import { RUNLENS_VISUAL } from '@runlens/conventions'
import { isPlaceholder } from '@runlens/runtime'
import type { ReadExecution } from '../questions/read-executions.ts'
import type { CreateRun, PatchRun } from '../schema/history.ts'
import { statusWritten } from '../schema/history.ts'
import { isOpen } from '../shape-execution.ts'
import { errorText, jsonText } from './json-text.ts'

/** `service.name` of runs that were begun here, and so the instance that their ids are unique in. */
export const API_SERVICE = 'runlens-api'
/** Seconds that a client told of a run, before it ended. */
export const TIME_TOLD = 'runlens.execution.time_s'

export interface RunState {
  executionId: string
  /** Hex. */
  traceId: string
  spanId: string
  workflowId: string
  userId: string | null
  mode: string
  /** Canonical. */
  status: string
  /** Nanoseconds since the epoch; end 0 while it runs. */
  startedNs: bigint
  endedNs: bigint
  /** JSON; null where it is left as it was told before. */
  input: string | null
  output: string | null
  error: string | null
  /** `runlens.visual.*` and what else stands on it, as texts, numbers and booleans. */
  attributes: Readonly<Record<string, string | number | boolean>>
}

export interface NewRun {
  executionId: string
  traceId: string
  spanId: string
  userId: string | null
  startedNs: bigint
}

export function newRun(body: CreateRun, run: NewRun): RunState {
  const { enabled, streaming, quality, sessionId } = RUNLENS_VISUAL
  return {
    ...run,
    workflowId: body.workflow_id,
    mode: body.mode,
    status: 'running',
    endedNs: 0n,
    input: JSON.stringify(body.inputs),
    output: null,
    error: null,
    attributes: {
      [enabled]: body.visual_enabled,
      [streaming]: body.visual_streaming_enabled,
      ...(body.visual_quality ? { [quality]: body.visual_quality } : {}),
      ...(body.session_id ? { [sessionId]: body.session_id } : {}),
    },
  }
}

/** What is stored of a run, as it was told. */
export function storedRun(row: ReadExecution): RunState {
  const attributes = Object.fromEntries(
    row.attribute_keys.map((key, index) => [key, row.attribute_values[index] ?? '']),
  )
  const kept = Object.entries(attributes).filter(([key]) => key.startsWith('runlens.visual.') || key === TIME_TOLD)
  return {
    executionId: row.execution_id,
    traceId: row.trace,
    spanId: row.segment_spans.at(-1) ?? '',
    workflowId: row.workflow_id,
    userId: row.user_id === '' ? null : row.user_id,
    mode: row.mode,
    status: row.shown_status === 'lost' ? 'running' : row.shown_status,
    startedNs: BigInt(row.started_ns),
    endedNs: row.ended_ns === null ? 0n : BigInt(row.ended_ns),
    input: toldText(row.input, row.input_truncated),
    output: toldText(row.output, row.output_truncated),
    error: row.error_message === '' ? null : row.error_message,
    attributes: Object.fromEntries(kept.map(([key, text]) => [key, typedValue(key, text)])),
  }
}

/** Null where there is none, or what is known of it is not the whole. */
function toldText(text: string, truncated: number): string | null {
  return truncated === 1 || text === '' || isPlaceholder(text) ? null : text
}

/** @returns null where a run that is over would be under way again */
export function patchedRun(run: RunState, patch: PatchRun, nowNs: bigint): RunState | null {
  const status = patch.status === undefined ? run.status : statusWritten(patch.status)
  if (isOpen(status) && !isOpen(run.status)) return null
  const attributes = { ...run.attributes }
  put(attributes, RUNLENS_VISUAL.eventsCaptured, patch.visual_events_captured)
  put(attributes, RUNLENS_VISUAL.streamDurationSeconds, patch.visual_stream_duration)
  put(attributes, TIME_TOLD, patch.execution_time_seconds)
  const patched: RunState = { ...run, status, attributes }
  if (patch.result !== undefined) patched.output = patch.result === null ? null : jsonText(patch.result)
  if (patch.error !== undefined) patched.error = patch.error === null ? null : errorText(patch.error)
  patched.endedNs = isOpen(status) ? 0n : endOf(run, attributes[TIME_TOLD], patch, nowNs)
  return patched
}

/** As long as the client says, else until now. What is said after the end moves it by a nanosecond: the later end is the last word. */
function endOf(run: RunState, told: string | number | boolean | undefined, patch: PatchRun, nowNs: bigint): bigint {
  const isFirstEnd = run.endedNs === 0n
  if (typeof told === 'number' && (isFirstEnd || typeof patch.execution_time_seconds === 'number')) {
    const end = run.startedNs + BigInt(Math.round(told * 1e9))
    // An earlier end than the one told before would lose against it.
    if (isFirstEnd || end > run.endedNs) return end
  }
  if (!isFirstEnd) return run.endedNs + 1n
  return nowNs > run.startedNs ? nowNs : run.startedNs + 1n
}

function put(into: Record<string, string | number | boolean>, key: string, value: number | null | undefined): void {
  if (typeof value === 'number') into[key] = value
}

function typedValue(key: string, text: string): string | number | boolean {
  if (key === RUNLENS_VISUAL.enabled || key === RUNLENS_VISUAL.streaming) return text === 'true'
  const isFigure =
    key === RUNLENS_VISUAL.eventsCaptured || key === RUNLENS_VISUAL.streamDurationSeconds || key === TIME_TOLD
  return isFigure ? Number(text) : text
}
