/** `GET /api/v1/executions/id/{execution_id}/tree`: the steps of an execution, read from its spans. */
import { spanKey, type TraceSpans } from '@runlens/clickhouse'
import { type Settled, type TreeItem, executionTree as treeOf } from '@runlens/mapping'
import { z } from 'zod'
import { findExecution } from '../find-execution.ts'
import { type Moments, momentsOf } from '../meta.ts'
import { type DirtyHourRow, dirtyHours } from '../questions/dirty-hours.ts'
import type { ReadExecution } from '../questions/read-executions.ts'
import { isSilent } from '../questions/status.ts'
import { stepHistory } from '../questions/step-history.ts'
import { choice, instanceParameter, noRange } from '../schema/parameters.ts'
import { type Tree, treeSchema } from '../schema/tree.ts'
import { entriesOfOthers, indexOfExecution, settleTraces } from '../settle-traces.ts'
import { known } from '../shape-execution.ts'
import { percentileOf, type StepContext, shapeStep } from '../shape-step.ts'
import { formatTime, NS_PER_DAY, NS_PER_SECOND } from '../time.ts'
import { executionPath } from './execution-detail.ts'
import { type Asked, QUESTION_PROBLEMS, route } from './route.ts'

const HISTORY_NS = 7n * NS_PER_DAY

const treeQuerySchema = z.strictObject({
  instance: instanceParameter(),
  spans: choice(['steps', 'all']).default('steps').describe('all: plain spans too'),
  ...noRange,
})
type AskedTree = Asked<{ execution_id: string }, z.output<typeof treeQuerySchema>>

export const executionTree = route({
  path: '/api/v1/executions/id/{execution_id}/tree',
  id: 'getExecutionTree',
  tag: 'Executions',
  summary: 'Get the steps of an execution',
  description:
    'Computed from the stored spans of its traces by the same function that settles executions, so it agrees with their counts.',
  parameters: executionPath,
  query: treeQuerySchema,
  answer: treeSchema,
  problems: ['invalid_parameter', 'execution_not_found', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const { path, query, scope, signal, services } = asked
    const moments = momentsOf(services)
    const wanted = { executionId: path.execution_id, instance: query.instance }
    const { row, traces, instances } = await findExecution(services.runner, scope, wanted, moments, signal)
    const past = { from: BigInt(row.started_ns) - HISTORY_NS, to: BigInt(row.started_ns) }
    const [{ spans, truncated, ...found }, dirty] = await Promise.all([
      readItems(asked, row, traces, moments),
      services.runner.ask(dirtyHours(scope, past.from, past.to), signal),
    ])
    const steps = await shapeItems(asked, row, { ...found, past, dirty }, moments)
    const tree: Tree = {
      execution_id: row.execution_id,
      kind: row.kind as Tree['kind'],
      status: row.shown_status as Tree['status'],
      steps,
      meta: { spans, truncated, instances: instances.map(known), as_of: formatTime(moments.nowNs) },
    }
    const { as_of: _asOf, ...meta } = tree.meta
    return { json: tree, identity: { ...tree, meta } }
  },
})

/** Settles the execution's traces again and takes its tree. */
async function readItems(
  { services, scope, query }: AskedTree,
  row: ReadExecution,
  traces: string[],
  moments: Moments,
) {
  const { spans, attributes, isCut, settled } = await settleTraces(services, scope, traces, moments)
  const index = indexOfExecution(settled, row)
  // Spans may be gone before their execution; what is left of it then has no steps.
  const all = index < 0 ? [] : treeOf(spans, settled, index, { allSpans: query.spans === 'all' })
  const hidden = entriesOfOthers(settled, scope)
  const items = all.filter(({ part, span }) => part !== 'child' || !hidden.has(span.span_id))
  const sent = spans.filter(({ marker }) => marker === '').length
  return { items, settled, attributes, spans: sent, truncated: isCut }
}

interface FoundItems {
  items: readonly TreeItem[]
  settled: Settled
  attributes: TraceSpans['attributes']
  /** Runs before this one, nanoseconds, and the hours of it whose rollups are not true yet. */
  past: { from: bigint; to: bigint }
  dirty: readonly DirtyHourRow[]
}

async function shapeItems(
  { services: { runner }, scope, signal }: AskedTree,
  row: ReadExecution,
  { items, settled, attributes, past, dirty }: FoundItems,
  { silence }: Moments,
): Promise<Tree['steps']> {
  if (items.length === 0) return []
  const history = {
    ...past,
    workflowId: row.workflow_id,
    stepNames: distinct(items.map(({ span }) => span.step_name || span.name)),
    rawHours: dirty.map(({ hour }) => hour).filter((hour) => BigInt(hour) * NS_PER_SECOND >= past.from),
  }
  const histories = await runner.ask(stepHistory(scope, history), signal)
  const byStep = new Map(histories.map((of) => [of.step_name, of]))
  const statusOf = new Map(
    settled.executions.flatMap((execution) => {
      const { segments, status } = execution
      const shown = isSilent(execution, silence) ? 'lost' : status
      return segments.map(({ span_id }) => [span_id, shown] as const)
    }),
  )
  const context: StepContext = {
    startedAt: past.to,
    isLost: row.shown_status === 'lost',
    childStatus: (spanId) => statusOf.get(spanId),
    attributes: (span) => attributes.get(spanKey(span)) ?? {},
    percentile: (name, durationMs) => percentileOf(byStep.get(name), durationMs),
  }
  return items.map((item) => shapeStep(item, context))
}

/** At most as many as fit into a bound parameter; steps beyond have no percentile. */
function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort().slice(0, 100)
}
