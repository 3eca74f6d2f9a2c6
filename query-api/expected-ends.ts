/** When open executions should end: as their emitter says, else, of queued and running ones, as long as their workflow usually takes. */
import type { Moments } from './meta.ts'
import type { ExecutionColumns } from './questions/execution-columns.ts'
import type { Scope } from './questions/question.ts'
import type { UsualDuration } from './questions/usual-durations.ts'
import type { Runner } from './run.ts'
import { isLively } from './shape-execution.ts'
import { NS_PER_DAY, NS_PER_HOUR, NS_PER_MS } from './time.ts'
import { usualHistories } from './usual-histories.ts'

export interface ExpectedEnd {
  /** Nanoseconds; null when nobody knows. */
  expectedNs: bigint | null
  /** From when on it is overdue: half of its kind take longer than expected, one of twenty longer than this. */
  overdueNs: bigint | null
}

export type ExpectedEndOf = (row: ExecutionColumns) => ExpectedEnd

const UNKNOWN: ExpectedEnd = { expectedNs: null, overdueNs: null }
/** Executions that make a history. */
const EXECUTIONS_MIN = 5
const HISTORY_NS = 7n * NS_PER_DAY
/** A parameter has limited room. */
const WORKFLOWS_MAX = 200

/** Asks for the history of those workflows of which an open execution is among `rows`. */
export async function expectedEnds(
  runner: Runner,
  scope: Scope,
  rows: readonly ExecutionColumns[],
  { nowMs, nowNs }: Moments,
  signal: AbortSignal,
): Promise<ExpectedEndOf> {
  const open = rows.filter(
    (row) => isLively(row.shown_status) && row.expected_end_ns === null && row.workflow_id !== '',
  )
  const workflows = [...new Set(open.map(({ workflow_id }) => workflow_id))].sort().slice(0, WORKFLOWS_MAX)
  if (workflows.length === 0) return (row) => expectedEnd(row, undefined)
  // By the hour, so that the same question is asked for a while.
  const fromNs = nowNs - (nowNs % NS_PER_HOUR) - HISTORY_NS
  const histories = await usualHistories(runner, scope, { workflowIds: workflows, fromNs, nowMs }, signal)
  const byWorkflow = new Map(histories.map((history) => [history.workflow_id, history]))
  return (row) => expectedEnd(row, byWorkflow.get(row.workflow_id))
}

function expectedEnd(row: ExecutionColumns, history: UsualDuration | undefined): ExpectedEnd {
  if (row.expected_end_ns !== null) {
    const expectedNs = BigInt(row.expected_end_ns)
    return { expectedNs, overdueNs: expectedNs }
  }
  if (!isLively(row.shown_status) || !history || Number(history.executions) < EXECUTIONS_MIN) return UNKNOWN
  const after = (ms: number) => BigInt(row.started_ns) + BigInt(Math.round(ms)) * NS_PER_MS
  return { expectedNs: after(history.p50_ms), overdueNs: after(history.p95_ms) }
}
