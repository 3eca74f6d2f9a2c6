/** What the steps of one execution say together: counts, the failure that came first, rows. */

import type { SettleSpan } from '@runlens/conventions'
import type { StepSummary } from './build-execution.ts'
import { compare } from './compare.ts'
import { FAILED_NAMES_MAX, type SettledExecution, type SettledStep, STEPS_MAX } from './execution.ts'
import { failedForGood, type StepView } from './failed-steps.ts'
import type { Entries } from './find-entries.ts'
import type { Placement } from './memberships.ts'
import { queriesOf } from './queries.ts'

/** @param built executions by index; those within this one are there already */
export function summariseSteps(
  spans: readonly SettleSpan[],
  entries: Entries,
  placement: Placement,
  execution: number,
  lastSeenAt: bigint,
  built: readonly (SettledExecution | undefined)[],
): StepSummary {
  const nodes = placement.steps[execution]!
  const childOf = (n: number) => (placement.executionOf[n]! < 0 ? undefined : built[placement.executionOf[n]!])
  const views = nodes.map((n) => viewOf(spans[n]!, placement.stepAbove[n]!, childOf(n)))
  const failed = failedForGood(views)
  const first = firstToFail(failed, nodes, views, entries)
  return {
    count: nodes.length,
    failed: failed.length,
    steps: views.slice(0, STEPS_MAX).map((view, i) => settledStep(view, spans[nodes[i]!]!)),
    failedStep: first < 0 ? '' : views[first]!.name,
    failedNames: [...new Set(failed.map((index) => views[index]!.name))].slice(0, FAILED_NAMES_MAX),
    ...queriesOf(spans, nodes, placement),
    failedError: first < 0 ? undefined : errorOf(spans[nodes[first]!]!, childOf(nodes[first]!)),
    ...rowsOf(spans, nodes, views, childOf),
    lastSeenAt,
  }
}

function viewOf(span: SettleSpan, parentStep: number, child: SettledExecution | undefined): StepView {
  return {
    name: stepName(span),
    parentStep,
    status: child?.status ?? span.status,
    attempt: span.attempt,
    startedAt: span.started_at,
    endedAt: child ? (child.ended_at ?? 0n) : span.ended_at,
  }
}

function settledStep({ name, status, startedAt, endedAt }: StepView, { step_type: type }: SettleSpan): SettledStep {
  return { name, type, status, duration_ms: endedAt === 0n ? null : Math.max(0, Number(endedAt - startedAt) / 1e6) }
}

/** A step's name; the span's where mapping gave none. */
export function stepName(span: SettleSpan): string {
  return span.step_name || span.name
}

/** The failure that ended first; of several at once the innermost, because the others pass it on. */
function firstToFail(
  failed: readonly number[],
  nodes: readonly number[],
  views: readonly StepView[],
  entries: Entries,
) {
  let first = -1
  for (const index of failed) {
    if (first < 0 || earlier(index, first, nodes, views, entries)) first = index
  }
  return first
}

function earlier(a: number, b: number, nodes: readonly number[], views: readonly StepView[], { depth }: Entries) {
  const end = (index: number) => views[index]!.endedAt || views[index]!.startedAt
  return (compare(end(a), end(b)) || depth[nodes[b]!]! - depth[nodes[a]!]! || nodes[a]! - nodes[b]!) < 0
}

function errorOf(span: SettleSpan, child: SettledExecution | undefined): StepSummary['failedError'] {
  return {
    type: child?.error_type || span.error_type,
    message: child?.error_message || span.error_message,
    stack: child?.error_stack || span.error_stack,
    statusCode: span.response_status_code,
  }
}

/** Rows handled: the sum over all steps. Rows returned: those of the step that ended last. Null where no step counts rows. */
function rowsOf(
  spans: readonly SettleSpan[],
  nodes: readonly number[],
  views: readonly StepView[],
  childOf: (n: number) => SettledExecution | undefined,
): Pick<StepSummary, 'rowsTotal' | 'rowsReturned'> {
  let rowsTotal: number | null = null
  let rowsReturned: number | null = null
  let lastEnd = -1n
  nodes.forEach((n, index) => {
    const step = childOf(n) ?? spans[n]!
    const handled = step.rows_total ?? step.rows_returned
    if (handled !== null) rowsTotal = (rowsTotal ?? 0) + handled
    if (step.rows_returned !== null && views[index]!.endedAt >= lastEnd) {
      rowsReturned = step.rows_returned
      lastEnd = views[index]!.endedAt
    }
  })
  return { rowsTotal, rowsReturned }
}
