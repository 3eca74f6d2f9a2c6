/** Imports of suppliers' catalogues by our own instrumentation: somebody starts one, and watches it for a minute or so. */
import { badCatalogue } from '../faults.ts'
import type { PlannedStep, WorkPlan } from '../native-plan.ts'
import { tellWork } from '../native-trace.ts'
import type { Scenario, World } from '../run.ts'

const SUPPLIERS = ['nordic wood', 'lumen', 'casa'] as const
const PARTS = 8

export const catalogueImport: Scenario = (world) => tellWork(planImport(world), world)

function planImport({ random, environment, version, userId, serial }: World): WorkPlan {
  const supplier = random.pick(SUPPLIERS)
  const failing = random.chance(0.1) ? random.int(2, PARTS) : undefined
  const steps = Array.from({ length: failing ?? PARTS }, (_, index): PlannedStep => {
    const rows = random.int(200, 3_000)
    const step = { name: `part ${index + 1}`, type: 'task' as const, workMs: random.duration(4_000) }
    if (index + 1 !== failing) return { ...step, items: { in: rows, out: rows - random.int(0, 20) } }
    return { ...step, items: { in: rows, out: 0 }, fault: badCatalogue(random) }
  })
  return {
    kind: 'work',
    program: 'warehouse',
    executionKind: 'job',
    mode: 'manual',
    workflow: { id: 'catalogue-import', name: 'Catalogue import', version },
    environment,
    user: userId,
    tellsProgress: true,
    executions: [
      {
        id: `import-${serial}`,
        attempt: 1,
        pauseMs: 0,
        status: failing ? 'error' : 'success',
        steps,
        input: { supplier },
        output: { parts: PARTS },
      },
    ],
  }
}
