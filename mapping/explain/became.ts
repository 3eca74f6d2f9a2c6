/** What became of a span once its trace is settled, and why it is no more. */
import type { SettleSpan } from '@runlens/conventions'
import type { Membership, Settled, SettledExecution, SettleGrounds } from '../settle/execution.ts'
import { MISSING } from '../settle/span-forest.ts'
import type { Became } from './explanation.ts'

export interface Place {
  became: Became
  execution_id: string | null
  step_of: string | null
  why: string
  hints: string[]
}

export interface SettledTrace {
  settled: Settled
  grounds: SettleGrounds
  candidateTimeoutMs: number
}

/** @param given index among the spans that were settled */
export function placeOf(trace: SettledTrace, given: number, span: SettleSpan, ofMapping: string): Place {
  const { settled, grounds } = trace
  const membership = settled.memberships[given]!
  const n = grounds.indexOf[given]!
  const execution = settled.executions[membership.execution]
  const outer = settled.executions[membership.within]
  return {
    became: becameOf(membership, execution, span),
    execution_id: execution?.execution_id ?? null,
    step_of: outer?.execution_id ?? null,
    why: ofMapping || whyOf(membership, span, execution, outer),
    hints: n < 0 ? [] : hintsOf(trace, n, membership),
  }
}

function becameOf({ part }: Membership, execution: SettledExecution | undefined, { span_id }: SettleSpan): Became {
  if (part === 'child') return 'child_execution'
  if (part === 'entry') return execution && execution.segments[0]?.span_id !== span_id ? 'segment' : 'execution'
  return part === 'hidden' ? 'marker' : part
}

function whyOf(
  { part, execution: index }: Membership,
  { role, rule }: SettleSpan,
  execution: SettledExecution | undefined,
  outer: SettledExecution | undefined,
): string {
  if (part === 'entry' || part === 'child') {
    const others = execution && execution.segments.length > 1 ? '; other spans with its id are the same execution' : ''
    return `${ENTRY[role === 'entry' ? rule : rule === 5 ? 6 : 3] ?? 'an execution'}${outer ? ', and a step of the one above it' : ''}${others}`
  }
  if (part === 'step') {
    const what =
      role === 'candidate' ? 'it could be an execution, but an execution is above it' : 'its profile makes it a step'
    return index < 0 ? `${what}, of no execution` : what
  }
  if (part === 'hidden') return 'it tells of another span'
  return role === 'candidate' ? 'it has a parent, so it is a part of what called it' : 'no rule makes it a step'
}

/** By rule; 6: a candidate of rule 5. */
const ENTRY: Readonly<Record<number, string>> = {
  1: 'native: an execution wherever it stands',
  2: 'its engine marks its runs without doubt: an execution wherever it stands',
  3: 'an execution, because nothing above it is one by rules 1 to 3',
  4: 'a database call without a parent',
  5: 'a root that no profile makes more of',
  6: 'its parent did not come, so it counts as having none',
}

function hintsOf(trace: SettledTrace, n: number, membership: Membership): string[] {
  const { spans, parent, entries } = trace.grounds
  const { role, rule, parent_span_id } = spans[n]!
  const hints: string[] = []
  const above = entries.above[n]!
  if (role === 'candidate' && membership.part === 'step' && above >= 0) {
    const { rule: aboveRule } = spans[above]!
    hints.push(
      `a candidate of rule 3 is an execution where nothing above it is one, but ${nameOf(spans[above]!)} above is (rule ${aboveRule})`,
    )
  }
  if (role === 'candidate' && rule === 5 && membership.part !== 'entry' && parent[n]! >= 0) {
    hints.push(
      `a candidate of rule 5 is an execution where its parent never arrives, but ${nameOf(spans[parent[n]!]!)} is here`,
    )
  }
  const missing = trace.grounds.top[n]!
  if (parent[missing] !== MISSING) {
    if (membership.part === 'step' && membership.execution < 0)
      hints.push('nothing above it is an execution, so it is a step of none')
    return hints
  }
  const place =
    missing === n
      ? `its parent ${parent_span_id} is`
      : `the parent ${spans[missing]!.parent_span_id} of ${nameOf(spans[missing]!)} above it is`
  if (entries.parent[missing]! >= 0) {
    hints.push(
      `${place} not in this payload; it began while ${nameOf(spans[entries.parent[missing]!]!)} ran, the only execution of its trace, and belongs there`,
    )
  } else if (role === 'candidate') {
    hints.push(
      `${place} not in this payload; Runlens waits ${trace.candidateTimeoutMs / 1_000} s for it and then lets the span count by itself, until an execution turns up above it`,
    )
  } else if (membership.execution < 0) {
    hints.push(`${place} not in this payload, and its trace has no single execution here that it could belong to`)
  } else hints.push(`${place} not in this payload`)
  return hints
}

export function nameOf({ name, span_id }: SettleSpan): string {
  return name === '' ? `span ${span_id}` : `span ${span_id} “${name.slice(0, 100)}”`
}
