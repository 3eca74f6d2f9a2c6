/** A workflow that names its execution and steps itself, with retried and failed steps: one execution of kind workflow. */
import type { Attributes } from '../any-value.ts'
import { type Draft, type Fault, KIND, type TraceDraft } from '../draft.ts'
import { databaseCall } from './database.ts'
import { fault } from './faults.ts'
import { flows } from './services.ts'

const STEPS = [
  'validate',
  'load customer',
  'price',
  'reserve stock',
  'charge',
  'send invoice',
  'notify',
  'archive',
] as const

export function nativeWorkflow(draft: Draft): void {
  const { random } = draft
  const workflow = random.below(40)
  const isFailing = random.chance(0.06)
  const retriedStep = random.chance(0.1) ? random.below(STEPS.length) : -1
  const failure = isFailing ? fault(random) : undefined
  draft.trace((trace) => {
    const attributes: Attributes = {
      'runlens.execution.id': `run-${draft.serial()}`,
      'runlens.execution.kind': 'workflow',
      'runlens.execution.mode': random.pick(['schedule', 'webhook', 'manual']),
      'runlens.workflow.id': `flow-${workflow}`,
      'runlens.workflow.name': `Flow ${workflow}`,
      'runlens.workflow.version': `1.${workflow % 5}.0`,
      'runlens.execution.input': `{"order":"${draft.digits(1_000_000)}","channel":"web","items":[{"sku":"A-17","n":2},{"sku":"B-3","n":1}]}`,
      'user.id': `user-${draft.digits(20_000)}`,
      'session.id': `session-${draft.digits(100_000)}`,
      'app.flags': ['new-pricing', 'eu'],
      'app.context': { region: 'eu-west-1', attempt: 1, limits: { items: 20, ratio: 0.25 } },
    }
    trace.span({ service: flows, name: `Flow ${workflow}`, attributes, workMs: 6, fault: failure }, () => {
      for (const [index, name] of STEPS.entries()) {
        const isLast = index === STEPS.length - 1
        if (index === retriedStep) step(trace, draft, name, index, 1, fault(random))
        step(trace, draft, name, index, index === retriedStep ? 2 : 1, isLast ? failure : undefined)
      }
    })
  })
}

function step(trace: TraceDraft, draft: Draft, name: string, index: number, attempt: number, failure?: Fault): void {
  const { random } = draft
  const items = random.below(30)
  const attributes: Attributes = {
    'runlens.step.id': `step-${index}`,
    'runlens.step.name': name,
    'runlens.step.type': index % 3 === 2 ? 'http' : 'task',
    'runlens.step.index': index,
    'runlens.step.attempt': attempt,
    'runlens.step.items_in': items,
    'runlens.step.items_out': failure ? 0 : items,
    'code.function.name': `Steps.${name.replace(' ', '_')}`,
    'app.order': draft.digits(1_000_000),
    'app.is_dry_run': false,
  }
  const parts = {
    service: flows,
    name,
    kind: KIND.internal,
    attributes,
    workMs: random.duration(35),
    fault: failure,
    events: index === 2 ? [{ name: 'price.cached', attributes: { 'cache.hit': random.chance(0.8), age_s: 4.5 } }] : [],
  }
  trace.span(parts, () => {
    if (index === 1) databaseCall(trace, random, flows)
  })
}
