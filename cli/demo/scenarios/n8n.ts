/** Workflows as n8n 2 sends them: one `workflow.execute` span with a `node.execute` span per node. */
import type { Status } from '@runlens/conventions'
import { connectionTimeout, customerNotFound, isTimeout } from '../faults.ts'
import type { Scenario, World } from '../run.ts'
import { type BuiltSpan, type Fault, STATUS_CODE, TraceBuilder } from '../trace-builder.ts'

interface N8nWorkflow {
  id: string
  name: string
  mode: string
  /** Name, type and median milliseconds of each node, in order. */
  nodes: readonly (readonly [string, string, number])[]
}

const WORKFLOWS: readonly N8nWorkflow[] = [
  {
    id: 'k3vLeadIntake001',
    name: 'Lead intake',
    mode: 'webhook',
    nodes: [
      ['Webhook', 'n8n-nodes-base.webhook', 2],
      ['Normalise', 'n8n-nodes-base.set', 3],
      ['Enrich company', 'n8n-nodes-base.httpRequest', 380],
      ['Is qualified?', 'n8n-nodes-base.if', 2],
      ['Upsert in CRM', 'n8n-nodes-base.hubspot', 240],
      ['Tell sales', 'n8n-nodes-base.slack', 160],
    ],
  },
  {
    id: 'p9wInvoiceSync02',
    name: 'Invoice sync',
    mode: 'trigger',
    nodes: [
      ['Every 15 minutes', 'n8n-nodes-base.scheduleTrigger', 1],
      ['Fetch invoices', 'n8n-nodes-base.httpRequest', 900],
      ['Split', 'n8n-nodes-base.splitInBatches', 12],
      ['Write to ledger', 'n8n-nodes-base.postgres', 420],
    ],
  },
  {
    id: 'z1qApproval00003',
    name: 'Approval',
    mode: 'webhook',
    nodes: [
      ['Webhook', 'n8n-nodes-base.webhook', 2],
      ['Ask the owner', 'n8n-nodes-base.slack', 180],
      ['Wait', 'n8n-nodes-base.wait', 1_500],
      ['Apply', 'n8n-nodes-base.httpRequest', 300],
    ],
  },
]

/** n8n's own status words. */
const CANONICAL: Readonly<Record<string, Status>> = {
  success: 'success',
  error: 'error',
  canceled: 'cancelled',
  waiting: 'waiting',
  crashed: 'error',
}

export const n8nWorkflow: Scenario = (world) => {
  const { random } = world
  const workflow = random.pick(WORKFLOWS)
  const outcome = random.weighted([
    ['success', 86],
    ['error', 8],
    ['canceled', 2],
    ['waiting', workflow.name === 'Approval' ? 6 : 0],
    ['crashed', 1],
  ])
  const trace = new TraceBuilder(random)
  let status = CANONICAL[outcome]!
  trace.span(
    { name: 'workflow.execute', attributes: workflowAttributes(world, workflow, outcome), workMs: 6 },
    (span) => {
      const fault = runNodes(world, workflow, outcome, trace)
      if (outcome === 'error' && fault) {
        // n8n has no word for it; the fault has.
        if (isTimeout(fault)) status = 'timeout'
        span.attributes['n8n.execution.error_type'] = fault.type
        trace.fail(span, fault)
      } else {
        span.statusCode = outcome === 'success' || outcome === 'waiting' ? STATUS_CODE.ok : STATUS_CODE.error
      }
    },
  )
  return {
    resource: {
      'service.name': 'n8n',
      'service.version': '2.40.7',
      'n8n.instance.id': `demo-${world.environment}`,
      'n8n.instance.role': 'main',
      'deployment.environment.name': world.environment,
    },
    scope: { name: 'n8n-workflow' },
    spans: trace.spans,
    statuses: [status],
  }
}

function workflowAttributes(world: World, { id, name, mode, nodes }: N8nWorkflow, outcome: string) {
  return {
    'n8n.workflow.id': id,
    'n8n.workflow.name': name,
    'n8n.workflow.node_count': nodes.length,
    'n8n.execution.id': String(world.serial),
    'n8n.execution.mode': mode,
    'n8n.execution.status': outcome,
    'n8n.execution.is_retry': false,
    'user.id': world.userId,
  }
}

/** Returns the fault that ended the workflow, if one did. A node may also fail with "continue on fail". */
function runNodes(world: World, workflow: N8nWorkflow, outcome: string, trace: TraceBuilder): Fault | undefined {
  const { random } = world
  const last = workflow.nodes.length - 1
  const stopAt = outcome === 'success' ? last : outcome === 'waiting' ? 2 : random.int(1, last)
  const tolerated = outcome === 'success' && random.chance(0.05) ? last : -1
  let items = random.int(1, 20)
  for (const [index, [name, type, medianMs]] of workflow.nodes.slice(0, stopAt + 1).entries()) {
    let fault: Fault | undefined
    const attributes = {
      'n8n.node.id': `${workflow.id}-${index}`,
      'n8n.node.name': name,
      'n8n.node.type': type,
      'n8n.node.items.input': index === 0 ? 0 : items,
    }
    trace.span({ name: 'node.execute', attributes, workMs: random.duration(medianMs) }, (span: BuiltSpan) => {
      span.statusCode = STATUS_CODE.ok
      if (index === tolerated || (index === stopAt && outcome === 'error')) {
        fault = random.chance(0.6) ? connectionTimeout(random) : customerNotFound(random)
        trace.fail(span, fault)
      }
      if (fault) items = 0
      span.attributes['n8n.node.items.output'] = items
    })
    if (fault) return fault
  }
  return undefined
}
