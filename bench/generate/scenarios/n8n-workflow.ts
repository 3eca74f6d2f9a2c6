/** A workflow as n8n's own OpenTelemetry module sends it: one execution of kind workflow. */
import type { Draft } from '../draft.ts'
import { faultSometimes } from './faults.ts'
import { n8n } from './services.ts'

const NODES = [
  ['Webhook', 'n8n-nodes-base.webhook', 2],
  ['Normalise', 'n8n-nodes-base.set', 3],
  ['Enrich company', 'n8n-nodes-base.httpRequest', 380],
  ['Is qualified?', 'n8n-nodes-base.if', 2],
  ['Upsert in CRM', 'n8n-nodes-base.hubspot', 240],
  ['Merge', 'n8n-nodes-base.merge', 2],
  ['Write to ledger', 'n8n-nodes-base.postgres', 45],
  ['Tell sales', 'n8n-nodes-base.slack', 160],
] as const

export function n8nWorkflow(draft: Draft): void {
  const { random } = draft
  const workflow = random.below(25)
  const fault = faultSometimes(random, 0.07)
  draft.trace((trace) => {
    const attributes = {
      'n8n.workflow.id': `k3vLead${String(workflow).padStart(8, '0')}`,
      'n8n.workflow.name': `Lead intake ${workflow}`,
      'n8n.workflow.version_id': 'b1f7c2d0-3a9e-4f21-8c55-0f6a7d1e2b34',
      'n8n.workflow.node_count': NODES.length,
      'n8n.execution.id': draft.serial(),
      'n8n.execution.mode': random.pick(['webhook', 'trigger']),
      'n8n.execution.status': fault ? 'error' : 'success',
      'n8n.execution.is_retry': false,
      'n8n.project.id': 'Qx81hJm2',
      'n8n.project.name': 'Sales',
    }
    trace.span({ service: n8n, name: 'workflow.execute', attributes, workMs: 6, fault }, () => {
      const reached = fault ? 2 + random.below(NODES.length - 2) : NODES.length
      for (const [index, [name, type, medianMs]] of NODES.slice(0, reached).entries()) {
        const items = random.below(20)
        const isFailing = fault && index === reached - 1
        trace.span({
          service: n8n,
          name: 'node.execute',
          attributes: {
            'n8n.node.id': `6f0e${index}a2c-77b1-4d0f-9f1c-${workflow}a8d5b2c1e0`,
            'n8n.node.name': name,
            'n8n.node.type': type,
            'n8n.node.type_version': 2.1,
            'n8n.node.items.input': items,
            'n8n.node.items.output': isFailing ? 0 : items,
            'n8n.node.custom.batch': draft.digits(100_000),
          },
          workMs: random.duration(medianMs),
          fault: isFailing ? fault : undefined,
        })
      }
    })
  })
}
