/** A robot that buys something every now and then, recorded as a visual session by our own instrumentation. */
import { connectionTimeout } from '../faults.ts'
import type { PlannedStep, WorkPlan } from '../native-plan.ts'
import { tellWork } from '../native-trace.ts'
import type { Scenario, World } from '../run.ts'

const PAGES = [
  ['open the shop', 700],
  ['find a lamp', 1_100],
  ['put it into the basket', 500],
  ['pay', 1_600],
] as const

export const checkoutCheck: Scenario = (world) => tellWork(planCheck(world), world)

function planCheck({ random, environment, version, serial }: World): WorkPlan {
  const failing = random.chance(0.08) ? random.int(1, PAGES.length) : undefined
  const steps = PAGES.slice(0, failing).map(([name, medianMs], index): PlannedStep => {
    const step = { name, type: 'node' as const, workMs: random.duration(medianMs) }
    return index + 1 === failing ? { ...step, fault: connectionTimeout(random) } : step
  })
  return {
    kind: 'work',
    program: 'shop',
    executionKind: 'workflow',
    mode: 'schedule',
    workflow: { id: 'checkout-check', name: 'Checkout check', version },
    environment,
    isVisual: true,
    executions: [{ id: `check-${serial}`, attempt: 1, pauseMs: 0, status: failing ? 'timeout' : 'success', steps }],
  }
}
