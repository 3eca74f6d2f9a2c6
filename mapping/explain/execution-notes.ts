/** An execution in an explanation, and what of it does not follow from its own span alone. */
import type { SettleSpan } from '@runlens/conventions'
import type { SettledExecution, SettleGrounds } from '../settle/execution.ts'
import { nameOf } from './became.ts'
import { cut, type ExplainedExecution } from './explanation.ts'

/** All of them; one without a span of the payload stands for a span that did not come. */
export function explainExecutions(
  executions: readonly SettledExecution[],
  grounds: SettleGrounds,
): ExplainedExecution[] {
  const entries: SettleSpan[][] = executions.map(() => [])
  const isGiven = new Uint8Array(executions.length)
  grounds.spans.forEach((span, n) => {
    entries[grounds.placement.executionOf[n]!]?.push(span)
  })
  for (const n of grounds.indexOf) if (n >= 0) isGiven[grounds.placement.executionOf[n]!] = 1
  return executions.map((execution, e) => {
    const steps = grounds.placement.steps[e]!.map((n) => grounds.spans[n]!)
    const notes = isGiven[e] === 1 ? notesOf(execution, entries[e]!) : [provisionalNote(steps)]
    return explainExecution(execution, notes)
  })
}

function provisionalNote(steps: readonly SettleSpan[]): string {
  const first = steps[0] ? nameOf(steps[0]) : 'its steps'
  return `provisional: it stands for a span that is not in this payload, above ${first}`
}

function explainExecution(execution: SettledExecution, notes: string[]): ExplainedExecution {
  return {
    execution_id: execution.execution_id,
    kind: execution.kind,
    provider: execution.provider,
    workflow_name: execution.workflow_name,
    status: execution.status,
    instance: execution.instance,
    segments: execution.segments.map(({ span_id }) => span_id),
    step_count: execution.step_count,
    failed_steps: execution.failed_steps,
    error_type: execution.error_type,
    error_message: cut(execution.error_message),
    notes,
  }
}

function notesOf(execution: SettledExecution, entries: readonly SettleSpan[]): string[] {
  const notes: string[] = []
  const says = (field: 'execution_id' | 'user_id' | 'conversation_id' | 'error_type' | 'error_message') =>
    entries.some((entry) => entry[field] === execution[field])
  if (!says('execution_id')) {
    const own = entries.find(({ execution_id }) => execution_id !== '')
    notes.push(
      own
        ? `its id ${own.execution_id} belongs to another execution of the payload, so it is called by trace and span`
        : 'no span names an execution id, so it is called by its trace, or by trace and span',
    )
  }
  if (entries.length > 1)
    notes.push(`${entries.length} spans with its id are its segments; status, end and output come from the last`)
  if (execution.status === 'partial')
    notes.push(`partial: it did not say success itself, and step “${execution.failed_step}” failed for good`)
  if (execution.error_type !== '' && !says('error_type'))
    notes.push(`its error type is that of step “${execution.failed_step}”, which failed first`)
  if (execution.error_message !== '' && !says('error_message'))
    notes.push(`its error message is that of step “${execution.failed_step}”`)
  if (execution.user_id !== '' && !says('user_id'))
    notes.push(`its user ${execution.user_id} is that of the execution around it`)
  if (execution.conversation_id !== '' && !says('conversation_id')) {
    notes.push(`its conversation ${execution.conversation_id} is that of the execution around it`)
  }
  return notes
}
