/** One item of an execution's tree as the answer tells it. */
import { bucketDuration, STEP_SCALE } from '@runlens/clickhouse'
import { STEP_TYPES, type Status, type StepType } from '@runlens/conventions'
import type { TreeItem } from '@runlens/mapping'
import type { StepHistory } from './questions/step-history.ts'
import type { Step } from './schema/tree.ts'
import { isOpen, known } from './shape-execution.ts'
import { formatTime } from './time.ts'

export interface StepContext {
  /** Start of the execution, nanoseconds. */
  startedAt: bigint
  /** Nothing has been heard of the execution for long: nor of its steps that did not end. */
  isLost: boolean
  /** Status of the execution that a child step is. */
  childStatus: (spanId: string) => Status | undefined
  attributes: (span: TreeItem['span']) => Readonly<Record<string, string>>
  percentile: (stepName: string, durationMs: number) => number | null
}

/** Runs that make a history. */
const RUNS_MIN = 20

export function shapeStep(
  { span, depth, parent, part, self_time_ns, on_critical_path }: TreeItem,
  context: StepContext,
): Step {
  const duration = span.ended_at === 0n ? null : milliseconds(span.ended_at - span.started_at)
  const name = span.step_name || span.name
  const own = context.isLost && isOpen(span.status) ? 'lost' : span.status
  const status = part === 'child' ? (context.childStatus(span.span_id) ?? own) : own
  return {
    step_id: span.span_id,
    parent_id: known(parent),
    depth,
    name,
    type: part === 'span' ? null : stepType(span.step_type),
    status: known(status) as Status | null,
    started_at: formatTime(span.started_at),
    start_offset_ms: milliseconds(span.started_at - context.startedAt),
    duration_ms: duration,
    self_ms: milliseconds(self_time_ns),
    error_type: known(span.error_type),
    error_message: known(span.error_message),
    on_critical_path,
    percentile: duration === null || part === 'span' ? null : context.percentile(name, duration),
    part: part === 'child' || part === 'step' ? part : 'span',
    trace_id: span.trace_id,
    attributes: context.attributes(span),
  }
}

/** How many percent of the runs in a history took no longer. */
export function percentileOf(history: StepHistory | undefined, durationMs: number): number | null {
  if (!history || Number(history.steps) < RUNS_MIN || history.percentiles[0] === null) return null
  return history.percentiles.filter((bucket) => bucketDuration(bucket!, STEP_SCALE) <= durationMs).length
}

function stepType(text: string): StepType {
  return (STEP_TYPES as readonly string[]).includes(text) ? (text as StepType) : 'other'
}

/** Exact to the nanosecond as far as a double carries. */
function milliseconds(ns: bigint): number {
  return Number(ns) / 1e6
}
