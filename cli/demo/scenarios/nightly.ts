/** A nightly job in the native contract: minutes long, one step per table, sometimes only partly done. */
import { RUNLENS, type Status } from '@runlens/conventions'
import { connectionTimeout } from '../faults.ts'
import type { Scenario } from '../run.ts'
import { STATUS_CODE, TraceBuilder } from '../trace-builder.ts'

const TABLES = ['customers', 'orders', 'order_items', 'payments', 'shipments', 'events'] as const

export const nightlyJob: Scenario = (world) => {
  const { random } = world
  const trace = new TraceBuilder(random)
  const failing = random.chance(0.15) ? random.pick(TABLES) : undefined
  const status: Status = failing ? 'partial' : 'success'
  const attributes = {
    [RUNLENS.executionId]: `nightly-${world.environment}-${world.serial}`,
    [RUNLENS.executionKind]: 'job',
    [RUNLENS.executionMode]: 'schedule',
    [RUNLENS.executionStatus]: status,
    [RUNLENS.workflowId]: 'nightly-export',
    [RUNLENS.workflowName]: 'Nightly export',
    [RUNLENS.workflowVersion]: world.version,
  }
  trace.span({ name: 'nightly export', attributes, workMs: 500 }, (span) => {
    for (const [index, table] of TABLES.entries()) {
      const rows = random.int(2_000, 900_000)
      const step = {
        [RUNLENS.stepName]: `export ${table}`,
        [RUNLENS.stepType]: 'task',
        [RUNLENS.stepIndex]: index,
        [RUNLENS.stepItemsIn]: rows,
        [RUNLENS.stepItemsOut]: table === failing ? 0 : rows,
      }
      trace.span({ name: `export ${table}`, attributes: step, workMs: random.duration(9_000) }, (stepSpan) => {
        stepSpan.statusCode = STATUS_CODE.ok
        if (table === failing) trace.fail(stepSpan, connectionTimeout(random))
      })
    }
    span.statusCode = failing ? STATUS_CODE.unset : STATUS_CODE.ok
  })
  return {
    resource: {
      'service.name': 'warehouse',
      'service.version': world.version,
      'deployment.environment.name': world.environment,
    },
    scope: { name: '@runlens/instrumentation', version: '0.1.0' },
    spans: trace.spans,
    statuses: [status],
  }
}
