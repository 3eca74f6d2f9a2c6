/** Queries that users run: shown from their start by the tracker. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type QueryStatus, tracker } from '@runlens/instrumentation'
import type { QueryPlan } from '../native-plan.ts'
import type { Tell } from './report.ts'

export async function runQuery(plan: QueryPlan, tell: Tell): Promise<void> {
  const id = randomUUID()
  if (!tell(id, 'running', false)) return
  const running = tracker.startExecution({
    query: plan.text,
    databaseType: plan.system,
    queryComplexity: plan.complexity,
    page: 1,
    pageSize: plan.pageSize,
    user: plan.user,
    conversation: plan.conversation,
    connection: { host: `${plan.system}.internal`, database: plan.namespace },
  })
  await sleep(plan.workMs)
  const { fault, rows, pageSize } = plan
  running.endBackground(
    fault === undefined
      ? { totalRows: rows, returnedRows: Math.min(rows, pageSize) }
      : { status: plan.status as QueryStatus, errorType: fault.type, errorMessage: fault.message },
  )
  tell(id, plan.status, true)
}
