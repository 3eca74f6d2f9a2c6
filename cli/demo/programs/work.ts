/** Orders, imports, exports and checks: executions with steps, of which some go through a queue, tell how far they are or are watched. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Carrier,
  continueExecution,
  type Execution,
  type ExecutionOptions,
  trackQuery,
  visualSession,
  withExecution,
} from '@runlens/instrumentation'
import type { PlannedExecution, PlannedStep, WorkPlan } from '../native-plan.ts'
import { asError } from './as-error.ts'
import type { Tell } from './report.ts'

const VISUAL_EVENT_MS = 250

/** Stands for a client of the shop's database: a query takes as long as it is told to. */
const database = trackQuery(
  {
    query: async (query: { text: string }, workMs: number) => {
      await sleep(workMs)
      return { text: query.text, rows: [{}], rowCount: 1 }
    },
  },
  { databaseType: 'postgresql' },
)

export async function runWork(plan: WorkPlan, tell: Tell): Promise<void> {
  for (const planned of plan.executions) {
    await sleep(planned.pauseMs)
    if (!tell(planned.id, 'running', false)) return
    await runExecution(plan, planned, tell).catch(() => {
      // The error is on the execution; the program goes on.
    })
    tell(planned.id, planned.status, true)
  }
}

async function runExecution(plan: WorkPlan, planned: PlannedExecution, tell: Tell): Promise<void> {
  const { steps, queued } = planned
  const here = queued === undefined ? steps.length : queued.afterSteps
  const message: Carrier = {}
  await withExecution(optionsOf(plan, planned), async (execution) => {
    await runPart(plan, planned, execution, 0, here)
    if (queued !== undefined) execution.handOver(message)
    if (planned.status === 'waiting') execution.waiting()
  })
  if (queued === undefined) return
  tell(planned.id, 'waiting', false)
  await sleep(queued.waitMs)
  if (!tell(planned.id, 'running', false)) return
  await continueExecution(message, (execution) => runPart(plan, planned, execution, here, steps.length))
}

function optionsOf(plan: WorkPlan, { id, attempt, retryOf, steps, input }: PlannedExecution): ExecutionOptions {
  const lengthMs = steps.reduce((sum, { workMs }) => sum + workMs, 0)
  return {
    id,
    workflow: plan.workflow,
    kind: plan.executionKind,
    mode: plan.mode,
    attempt,
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(plan.user === undefined ? {} : { user: plan.user }),
    ...(input === undefined ? {} : { inputs: input }),
    ...(plan.tellsProgress ? { expectedEnd: Date.now() + lengthMs } : {}),
    attributes: { 'deployment.environment.name': plan.environment },
  }
}

/** Steps `from` to `to` of an execution, the last of which may end it. */
async function runPart(plan: WorkPlan, planned: PlannedExecution, execution: Execution, from: number, to: number) {
  const watching = plan.isVisual ? watch(execution) : undefined
  try {
    for (let index = from; index < to; index++) {
      const step = planned.steps[index]!
      const done = runStep(execution, step, index)
      // An export goes on with the next table, and is then partial.
      await (planned.status === 'partial' ? done.catch(() => {}) : done)
      if (plan.tellsProgress) execution.setProgress((index + 1) / planned.steps.length)
    }
  } catch (error) {
    // Out of stock: nothing broke, but the work said no.
    if (planned.status === 'failed') execution.setStatus('failed')
    throw error
  } finally {
    watching?.stop()
  }
  if (to === planned.steps.length && planned.output !== undefined) execution.setOutput(planned.output)
}

function runStep(execution: Execution, planned: PlannedStep, index: number): Promise<void> {
  const { name, type, items, query, workMs, fault } = planned
  return execution.step({ name, type, index, ...(items ? { itemsIn: items.in } : {}) }, async (step) => {
    await sleep(workMs)
    if (query !== undefined) await database.query({ text: query.text }, query.workMs)
    if (items !== undefined) step.setItems({ out: items.out })
    if (fault !== undefined) throw asError(fault)
  })
}

/** As a recorder in a browser: something happens on the page four times a second. */
function watch(execution: Execution): { stop: () => void } {
  const session = visualSession(execution, { quality: 'medium', sessionId: `visual-${execution.id}` })
  const timer = setInterval(() => session.add({ timestamp: Date.now() }), VISUAL_EVENT_MS)
  return {
    stop: () => {
      clearInterval(timer)
      session.end()
    },
  }
}
