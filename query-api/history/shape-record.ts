/** An execution as a record of this view. */
import { RUNLENS_VISUAL, type Status } from '@runlens/conventions'
import type { ExecutionColumns } from '../questions/execution-columns.ts'
import type { ListedMore } from '../questions/list-executions.ts'
import type { RunRecord } from '../schema/history.ts'
import { known } from '../shape-execution.ts'
import { wordOf } from '../status-words.ts'
import { formatTime, formatTimeText } from '../time.ts'
import { jsonValue } from './json-text.ts'
import { TIME_TOLD } from './run-state.ts'

export const RECORD_COLUMNS = [
  'input',
  'input_truncated',
  'output',
  'output_truncated',
  'attribute_keys',
  'attribute_values',
  'settled_us',
] as const satisfies readonly (keyof ListedMore)[]

export type RecordRow = ExecutionColumns & Pick<ListedMore, (typeof RECORD_COLUMNS)[number]>

/** @param logs as they were given; undefined without any */
export function shapeRecord(row: RecordRow, logs: unknown): RunRecord {
  const { enabled, streaming, quality, sessionId, eventsCaptured, streamDurationSeconds } = RUNLENS_VISUAL
  const attribute = attributesOf(row)
  return {
    execution_id: row.execution_id,
    workflow_id: known(row.workflow_id),
    user_id: known(row.user_id),
    status: wordOf('history', row.shown_status as Status),
    mode: known(row.mode),
    visual_enabled: attribute(enabled) === 'true',
    visual_streaming_enabled: attribute(streaming) === 'true',
    visual_quality: attribute(quality),
    session_id: attribute(sessionId),
    inputs: row.input === '' ? {} : jsonValue(row.input),
    result: row.output === '' ? null : jsonValue(row.output),
    error: known(row.error_message),
    logs: logs ?? null,
    execution_time_seconds: row.duration_ms === null ? figureOf(attribute(TIME_TOLD)) : row.duration_ms / 1000,
    visual_events_captured: figureOf(attribute(eventsCaptured)),
    visual_stream_duration: figureOf(attribute(streamDurationSeconds)),
    created_at: formatTimeText(row.started_ns),
    completed_at: formatTimeText(row.ended_ns),
    updated_at: formatTime(BigInt(row.settled_us) * 1000n),
  }
}

export function attributesOf(
  row: Pick<RecordRow, 'attribute_keys' | 'attribute_values'>,
): (key: string) => string | null {
  const values = new Map(row.attribute_keys.map((key, index) => [key, row.attribute_values[index] ?? '']))
  return (key) => values.get(key) ?? null
}

export function figureOf(text: string | null): number | null {
  const figure = text === null || text === '' ? Number.NaN : Number(text)
  return Number.isFinite(figure) ? figure : null
}
