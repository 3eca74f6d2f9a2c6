/** An order pipeline in the native contract: queueing, steps with inputs and outputs, retries as further attempts. */
import { RUNLENS, type Status } from '@runlens/conventions'
import { cardDeclined, connectionTimeout, outOfStock, product } from '../faults.ts'
import type { Scenario, World } from '../run.ts'
import { type BuiltSpan, type Fault, SPAN_KIND, STATUS_CODE, TraceBuilder } from '../trace-builder.ts'

interface Attempt {
  executionId: string
  number: number
  retryOf: string | undefined
  status: Status
  startMs: number
}

const RETRY_PAUSE_MS = 2_000

export const orderPipeline: Scenario = (world) => {
  const { random } = world
  const order = `ord-${world.serial}`
  const first = random.weighted<Status>([
    ['success', 85],
    ['error', 5],
    ['timeout', 3],
    ['failed', 4],
    ['cancelled', 2],
    ['waiting', 2],
  ])
  const statuses: Status[] = [first]
  // What broke may be tried again; what was refused may not.
  if (first === 'error' || first === 'timeout') statuses.push(random.chance(0.7) ? 'success' : 'error')
  if (statuses[1] === 'error') statuses.push('success')
  const spans: BuiltSpan[] = []
  let startMs = 0
  for (const [index, status] of statuses.entries()) {
    const executionId = index === 0 ? order : `${order}-${index + 1}`
    const retryOf = index === 0 ? undefined : order
    const built = runAttempt(world, { executionId, number: index + 1, retryOf, status, startMs })
    spans.push(...built.spans)
    startMs = built.now + RETRY_PAUSE_MS * 2 ** index
  }
  return {
    resource: {
      'service.name': 'shop',
      'service.version': world.version,
      'deployment.environment.name': world.environment,
    },
    scope: { name: '@runlens/instrumentation', version: '0.1.0' },
    spans,
    statuses,
  }
}

function runAttempt(world: World, attempt: Attempt): TraceBuilder {
  const { random } = world
  const trace = new TraceBuilder(random, attempt.startMs)
  const total = random.int(900, 60_000) / 100
  const attributes = {
    [RUNLENS.executionId]: attempt.executionId,
    [RUNLENS.executionKind]: 'pipeline',
    [RUNLENS.executionStatus]: attempt.status,
    [RUNLENS.executionMode]: 'queue',
    [RUNLENS.executionAttempt]: attempt.number,
    [RUNLENS.executionRetryOf]: attempt.retryOf,
    [RUNLENS.workflowId]: 'order-pipeline',
    [RUNLENS.workflowName]: 'Order pipeline',
    [RUNLENS.workflowVersion]: world.version,
    [RUNLENS.executionInput]: JSON.stringify({ order: attempt.executionId, product: product(random), total }),
    'user.id': world.userId,
  }
  trace.span({ name: 'order pipeline', kind: SPAN_KIND.consumer, attributes, workMs: random.duration(4) }, (span) => {
    const fault = runSteps(world, attempt.status, trace)
    if (fault) {
      span.attributes['error.type'] = fault.type
      trace.fail(span, fault)
    } else {
      span.statusCode = STATUS_CODE.ok
      if (attempt.status === 'success') span.attributes[RUNLENS.executionOutput] = JSON.stringify({ charged: total })
    }
  })
  return trace
}

function runSteps(world: World, status: Status, trace: TraceBuilder): Fault | undefined {
  const { random } = world
  step(trace, 'validate', 'task', 0, random.duration(3))
  const stock = step(trace, 'reserve stock', 'task', 1, 0, (span) => {
    query(trace, random.duration(9), 'UPDATE stock SET reserved = reserved + ? WHERE sku = ?')
    return status === 'failed' ? broken(trace, span, outOfStock(random)) : undefined
  })
  if (stock || status === 'cancelled') return stock
  if (status === 'waiting') {
    step(trace, 'ask for approval', 'task', 2, random.duration(25))
    return undefined
  }
  const charge = step(trace, 'charge card', 'http', 2, random.duration(340), (span) => {
    if (status === 'timeout') return broken(trace, span, connectionTimeout(random))
    return status === 'error' ? broken(trace, span, cardDeclined(random)) : undefined
  })
  if (charge) return charge
  step(trace, 'book shipping', 'http', 3, random.duration(150))
  step(trace, 'send confirmation', 'task', 4, random.duration(40))
  return undefined
}

function step(
  trace: TraceBuilder,
  name: string,
  type: string,
  index: number,
  workMs: number,
  inside?: (span: BuiltSpan) => Fault | undefined,
): Fault | undefined {
  let fault: Fault | undefined
  const attributes = { [RUNLENS.stepName]: name, [RUNLENS.stepType]: type, [RUNLENS.stepIndex]: index }
  trace.span({ name, attributes, workMs }, (span) => {
    span.statusCode = STATUS_CODE.ok
    fault = inside?.(span)
  })
  return fault
}

function broken(trace: TraceBuilder, span: BuiltSpan, fault: Fault): Fault {
  span.attributes['error.type'] = fault.type
  trace.fail(span, fault)
  return fault
}

function query(trace: TraceBuilder, workMs: number, text: string): void {
  const attributes = {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'db.query.text': text,
    'db.query.summary': text.split(' ').slice(0, 2).join(' '),
    'db.response.returned_rows': 1,
  }
  trace.span({ name: 'UPDATE stock', kind: SPAN_KIND.client, attributes, workMs })
}
