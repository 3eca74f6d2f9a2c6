/** The tree of an execution: its traces settled again from their spans, so that it agrees with what settling counted. */
import type { TraceRange } from '@runlens/clickhouse'
import type { Status } from '@runlens/conventions'
import { type Settled, type TreeItem, executionTree as treeOf } from '@runlens/mapping'
import type { Moments } from './meta.ts'
import type { Scope } from './questions/question.ts'
import { isSilent, type Silence } from './questions/status.ts'
import type { Services } from './routes/route.ts'
import { entriesOfOthers, type SettledTraces, settleExecution } from './settle-execution.ts'

export interface ReadTree extends SettledTraces {
  items: readonly TreeItem[]
}

/**
 * @param allSpans plain spans too
 * @param ranges where its spans lie, as far as it is known
 */
export async function readTree(
  services: Services,
  scope: Scope,
  { row, traces }: { row: { execution_id: string; instance: string }; traces: readonly string[] },
  allSpans: boolean,
  { nowMs }: Moments,
  ranges: readonly TraceRange[] = [],
): Promise<ReadTree> {
  // Which spans are steps is not known yet.
  const { index, ...found } = await settleExecution(services, scope, row, traces, {
    nowMs,
    withAttributes: true,
    ranges,
  })
  // Spans may be gone before their execution; what is left of it then has no steps.
  const all = index < 0 ? [] : treeOf(found.spans, found.settled, index, { allSpans })
  const hidden = entriesOfOthers(found.settled, scope)
  return { ...found, items: all.filter(({ part, span }) => part !== 'child' || !hidden.has(span.span_id)) }
}

/** What became of the execution of each entry span, by the span's id: lost where it fell silent. */
export function shownStatuses({ executions }: Settled, silence: Silence): Map<string, Status> {
  return new Map(
    executions.flatMap((execution) => {
      const shown = isSilent(execution, silence) ? 'lost' : execution.status
      return execution.segments.map(({ span_id }) => [span_id, shown] as const)
    }),
  )
}
