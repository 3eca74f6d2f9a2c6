/** A nightly job of our own instrumentation: minutes long, one step per table, sometimes only partly done. */
import { connectionTimeout } from '../faults.ts'
import type { WorkPlan } from '../native-plan.ts'
import { tellWork } from '../native-trace.ts'
import type { Scenario, World } from '../run.ts'

const TABLES = ['customers', 'orders', 'order_items', 'payments', 'shipments', 'events'] as const

export const nightlyJob: Scenario = (world) => tellWork(planNightly(world), world)

function planNightly({ random, environment, version, serial }: World): WorkPlan {
  const failing = random.chance(0.15) ? random.pick(TABLES) : undefined
  const steps = TABLES.map((table) => {
    const rows = random.int(2_000, 900_000)
    const step = { name: `export ${table}`, type: 'task' as const, workMs: random.duration(9_000) }
    if (table !== failing) return { ...step, items: { in: rows, out: rows } }
    return { ...step, items: { in: rows, out: 0 }, fault: connectionTimeout(random) }
  })
  return {
    kind: 'work',
    program: 'warehouse',
    executionKind: 'job',
    mode: 'schedule',
    workflow: { id: 'nightly-export', name: 'Nightly export', version },
    environment,
    tellsProgress: true,
    executions: [
      {
        id: `nightly-${environment}-${serial}`,
        attempt: 1,
        pauseMs: 0,
        status: failing ? 'partial' : 'success',
        steps,
      },
    ],
  }
}
