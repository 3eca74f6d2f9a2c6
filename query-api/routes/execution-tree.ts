/** `GET /api/v1/executions/id/{execution_id}/tree`: the steps of an execution, read from its spans. */
import { readExecutionRanges, spanKey } from '@runlens/clickhouse'
import { z } from 'zod'
import { outlineExecution } from '../find-execution.ts'
import { type Moments, momentsOf } from '../meta.ts'
import { perRunner } from '../per-runner.ts'
import { type DirtyHourRow, dirtyHours } from '../questions/dirty-hours.ts'
import type { OutlinedExecution } from '../questions/read-executions.ts'
import { type StepHistory, stepHistory } from '../questions/step-history.ts'
import { type ReadTree, readTree, shownStatuses } from '../read-tree.ts'
import { Remembered } from '../remembered.ts'
import { choice, instanceParameter, noRange } from '../schema/parameters.ts'
import { type Tree, treeSchema } from '../schema/tree.ts'
import { known } from '../shape-execution.ts'
import { percentileOf, type StepContext, shapeStep } from '../shape-step.ts'
import { floorDiv, formatTime, NS_PER_DAY, NS_PER_SECOND } from '../time.ts'
import { executionPath } from './execution-detail.ts'
import { type Asked, QUESTION_PROBLEMS, route } from './route.ts'

/** Before the day of the execution. */
const HISTORY_DAYS = 7n
/** Nothing is later. */
const MAX_TIME = 2n ** 63n - 1n

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
    const { query, services } = asked
    const moments = momentsOf(services)
    const { execution, ranges, dirty } = await lookUp(asked, moments)
    const { row, instances } = execution
    const historyOf = pastOf(asked, row, dirty)
    const namesOfRow = distinct(row.step_names)
    const [found, histories] = await Promise.all([
      readTree(services, asked.scope, { row, traces: execution.traces }, query.spans === 'all', moments, ranges),
      historyOf(namesOfRow),
    ])
    // The row is older than its spans, or the spans older than the code that reads them now.
    const more = distinct(stepNamesOf(found)).filter((name) => !namesOfRow.includes(name))
    const steps = shapeItems(row, found, [...histories, ...(await historyOf(more))], moments)
    const tree: Tree = {
      execution_id: row.execution_id,
      kind: row.kind as Tree['kind'],
      status: row.shown_status as Tree['status'],
      steps,
      meta: {
        spans: found.spans.filter(({ marker }) => marker === '').length,
        truncated: found.truncated,
        instances: instances.map(known),
        as_of: formatTime(moments.nowNs),
      },
    }
    const { as_of: _asOf, ...meta } = tree.meta
    return { json: tree, identity: { ...tree, meta } }
  },
})

/** A page of a running execution reads its tree again and again; how long steps take is not decided by the hours of the last seconds. */
const dirtyHoursOf = perRunner(() => new Remembered<readonly DirtyHourRow[]>({ keepMs: 5_000, entriesMax: 100 }))

/** All that follows from the id alone, at once. */
async function lookUp({ path, query, scope, signal, services: { runner } }: AskedTree, moments: Moments) {
  const wanted = { executionId: path.execution_id, instance: query.instance }
  const [execution, ranges, dirty] = await Promise.all([
    outlineExecution(runner, scope, wanted, moments, signal),
    runner.read((client) => readExecutionRanges(client, scope.tenant, path.execution_id)),
    // Not stopped with the one who asks first: others wait for it, too.
    dirtyHoursOf(runner).get(scope.tenant, moments.nowMs, () => runner.ask(dirtyHours(scope, 0n, MAX_TIME))),
  ])
  return { execution, ranges, dirty }
}

/** Asks how long steps of some names took in other runs: on the execution's day, as far as it has gone, and on those before. By the day it costs a third. */
function pastOf(
  { scope, signal, services: { runner } }: AskedTree,
  { workflow_id, started_ns }: OutlinedExecution,
  dirty: readonly DirtyHourRow[],
): (stepNames: readonly string[]) => Promise<readonly StepHistory[]> {
  const day = floorDiv(BigInt(started_ns), NS_PER_DAY)
  const from = (day - HISTORY_DAYS) * NS_PER_DAY
  const to = (day + 1n) * NS_PER_DAY
  const rawHours = dirty
    .map(({ hour }) => hour)
    .filter((hour) => BigInt(hour) * NS_PER_SECOND >= from && BigInt(hour) * NS_PER_SECOND < to)
  return async (stepNames) => {
    if (stepNames.length === 0) return []
    return runner.ask(stepHistory(scope, { workflowId: workflow_id, stepNames, from, to, rawHours }), signal)
  }
}

/** Plain spans are no steps and have no history. */
function stepNamesOf({ items }: ReadTree): string[] {
  return items.filter(({ part }) => part !== 'span').map(({ span }) => span.step_name || span.name)
}

function shapeItems(
  row: OutlinedExecution,
  { items, settled, attributes }: ReadTree,
  histories: readonly StepHistory[],
  { silence }: Moments,
): Tree['steps'] {
  const byStep = new Map(histories.map((of) => [of.step_name, of]))
  const statusOf = shownStatuses(settled, silence)
  const context: StepContext = {
    startedAt: BigInt(row.started_ns),
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
