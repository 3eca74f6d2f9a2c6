/** An order pipeline of our own instrumentation: a queue in the middle, steps with a query, retries as further attempts. */
import type { Status } from '@runlens/conventions'
import { aborted, cardDeclined, connectionTimeout, outOfStock, product } from '../faults.ts'
import type { PlannedExecution, PlannedStep, WorkPlan } from '../native-plan.ts'
import { tellWork } from '../native-trace.ts'
import type { Scenario, World } from '../run.ts'

const RETRY_PAUSE_MS = 2_000
/** Validating and reserving come first; what remains is work of a queue. */
const STEPS_BEFORE_QUEUE = 2

export const orderPipeline: Scenario = (world) => tellWork(planOrder(world), world)

function planOrder(world: World): WorkPlan {
  const { random } = world
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
  return {
    kind: 'work',
    program: 'shop',
    executionKind: 'pipeline',
    mode: 'queue',
    workflow: { id: 'order-pipeline', name: 'Order pipeline', version: world.version },
    environment: world.environment,
    user: world.userId,
    executions: statuses.map((status, index) => planAttempt(world, status, index)),
  }
}

function planAttempt(world: World, status: Status, index: number): PlannedExecution {
  const { random } = world
  const order = `ord-${world.serial}`
  const id = index === 0 ? order : `${order}-${index + 1}`
  const total = random.int(900, 60_000) / 100
  const steps = planSteps(world, status)
  const isQueued = steps.length > STEPS_BEFORE_QUEUE && status !== 'waiting'
  return {
    id,
    attempt: index + 1,
    ...(index === 0 ? {} : { retryOf: order }),
    pauseMs: index === 0 ? 0 : RETRY_PAUSE_MS * 2 ** (index - 1),
    status,
    steps,
    ...(isQueued ? { queued: { afterSteps: STEPS_BEFORE_QUEUE, waitMs: random.duration(900) } } : {}),
    input: { order: id, product: product(random), total },
    output: { charged: total },
  }
}

/** Until one breaks. */
function planSteps({ random }: World, status: Status): PlannedStep[] {
  const step = (name: string, type: 'task' | 'http', medianMs: number): PlannedStep => ({
    name,
    type,
    workMs: random.duration(medianMs),
  })
  const query = { text: 'UPDATE stock SET reserved = reserved + ? WHERE sku = ?', workMs: random.duration(9) }
  const stock = { ...step('reserve stock', 'task', 4), query }
  const begun = [step('validate', 'task', 3), stock]
  if (status === 'failed') return [begun[0]!, { ...stock, fault: outOfStock(random) }]
  if (status === 'cancelled') return [begun[0]!, { ...stock, fault: aborted() }]
  if (status === 'waiting') return [...begun, step('ask for approval', 'task', 25)]
  const charge = step('charge card', 'http', 340)
  if (status === 'timeout') return [...begun, { ...charge, fault: connectionTimeout(random) }]
  if (status === 'error') return [...begun, { ...charge, fault: cardDeclined(random) }]
  return [...begun, charge, step('book shipping', 'http', 150), step('send confirmation', 'task', 40)]
}
