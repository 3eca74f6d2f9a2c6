/** What there is now, for a reader that has nothing yet or lost the thread: the counts of a day, and what is under way. */
import { momentsOf } from '../meta.ts'
import { type DayCounts, dayCounts } from '../questions/live/day-counts.ts'
import { type OpenExecution, openExecutions } from '../questions/live/open-executions.ts'
import type { Scope } from '../questions/question.ts'
import type { Services } from '../routes/route.ts'
import { known } from '../shape-execution.ts'
import { formatTimeText, NS_PER_DAY } from '../time.ts'
import type { ChangeFilter } from './change.ts'

type Asking = Pick<Services, 'runner' | 'now' | 'lostAfterMs'>

export interface Counts {
  total_executions: number
  success_count: number
  failure_count: number
  running_count: number
}

/** Open executions that are named. */
const OPEN_MAX = 100

/** Executions that started in the last 24 hours; without a kind, all but query and request. */
export async function readCounts(asking: Asking, scope: Scope, { kind }: ChangeFilter): Promise<Counts> {
  const { nowNs, silence } = momentsOf(asking)
  const fromNs = wholeSecond(nowNs) - NS_PER_DAY
  const [row] = await asking.runner.ask(dayCounts(scope, { fromNs, kind, silence }))
  return shapeCounts(row)
}

export async function readOpen(asking: Asking, scope: Scope, filter: ChangeFilter): Promise<unknown[]> {
  const { nowNs, silence } = momentsOf(asking)
  const fromNs = wholeSecond(nowNs) - NS_PER_DAY
  const rows = await asking.runner.ask(openExecutions(scope, { ...filter, fromNs, silence }, OPEN_MAX))
  return rows.map(shapeOpen)
}

function shapeCounts(row: DayCounts | undefined): Counts {
  return {
    total_executions: Number(row?.total ?? 0),
    success_count: Number(row?.success ?? 0),
    failure_count: Number(row?.failure ?? 0),
    running_count: Number(row?.running ?? 0),
  }
}

function shapeOpen(row: OpenExecution) {
  return {
    execution_id: row.execution_id,
    instance: known(row.instance),
    kind: row.kind,
    workflow_id: known(row.workflow_id),
    workflow_name: known(row.workflow_name),
    environment: row.environment,
    user_id: known(row.user_id),
    status: row.shown_status,
    started_at: formatTimeText(row.started_ns),
    progress: row.progress,
  }
}

/** So that what is asked in one second is one question. */
function wholeSecond(ns: bigint): bigint {
  return (ns / 1_000_000_000n) * 1_000_000_000n
}
