/** What must hold for any trace: order, copies and batches change nothing, nothing is lost. */

import { type SettleSpan, SYNC_SOURCE } from '@runlens/conventions'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settleSpan } from '../../test/kit/settle-spans.ts'
import type { Settled } from './execution.ts'
import { settle } from './settle.ts'

const OPTIONS = { now_ms: 20_000, candidate_timeout_ms: 10_000, payload_bytes_max: 100 }
const ROLES = [
  { role: 'entry', rule: 1 },
  { role: 'entry', rule: 2 },
  { role: 'candidate', rule: 3 },
  { role: 'candidate', rule: 5 },
  { role: 'step', rule: 0 },
  { role: 'other', rule: 0 },
  { role: 'marker', rule: 0 },
] as const

/** Spans of two traces whose parents may be missing, circular or of any role; a rule-5 entry where there is no parent. */
const anySpan: fc.Arbitrary<SettleSpan> = fc
  .record({
    trace: fc.constantFrom('t', 'u'),
    id: fc.integer({ min: 0, max: 15 }),
    parent: fc.integer({ min: -2, max: 17 }),
    kind: fc.constantFrom(...ROLES),
    start: fc.bigInt({ min: 1n, max: 20n }),
    length: fc.bigInt({ min: 0n, max: 20n }),
    open: fc.boolean(),
    status: fc.constantFrom('success', 'error', 'waiting', 'cancelled', ''),
    explicit: fc.integer({ min: 0, max: 1 }),
    // Some are what others are called by their traces.
    id2: fc.constantFrom('', 'run-1', 'run-2', 't', 'u', 't-s1'),
    workflow: fc.constantFrom('a', 'b'),
    name: fc.constantFrom('x', 'y'),
    attempt: fc.integer({ min: 0, max: 2 }),
    received: fc.integer({ min: 0, max: 20_000 }),
    user: fc.constantFrom('', 'u-1'),
    isRecord: fc.boolean(),
  })
  .map((given) =>
    settleSpan({
      trace_id: given.trace,
      span_id: `s${given.id}`,
      parent_span_id: given.parent < 0 ? '' : `s${given.parent}`,
      ...(given.parent < 0 && given.kind.role === 'other' ? { role: 'entry', rule: 5 } : given.kind),
      started_at: given.start * 1_000_000_000n,
      ended_at: given.open ? 0n : (given.start + given.length) * 1_000_000_000n,
      status: given.status as SettleSpan['status'],
      status_explicit: given.explicit,
      execution_id: given.id2,
      workflow_id: given.workflow,
      step_name: given.name,
      error_type: given.status === 'error' ? `${given.name}Error` : '',
      attempt: given.attempt,
      received_at_ms: given.received,
      user_id: given.user,
      attributes: given.isRecord ? { [SYNC_SOURCE]: 'n8n' } : {},
    }),
  )
const anySpans = fc.array(anySpan, { maxLength: 24 })

/** Executions, and what each distinct span became, without the order of anything. */
function facts(spans: readonly SettleSpan[], settled: Settled): unknown {
  const name = (index: number) => {
    const execution = settled.executions[index]
    return execution ? `${execution.instance}/${execution.execution_id}` : ''
  }
  const text = (value: unknown) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v))
  const places = spans.map((span, i) => {
    const { part, execution, within, parent_step } = settled.memberships[i]!
    return [span.trace_id, span.span_id, part, name(execution), name(within), parent_step].join(' ')
  })
  return [settled.executions.map(text).sort(), [...new Set(places)].sort(), settled.settle_again_at_ms]
}

describe('settling', () => {
  it('gives the same for any order and any copies of the same spans', () => {
    fc.assert(
      fc.property(
        anySpans.chain((spans) =>
          fc.tuple(fc.constant(spans), fc.shuffledSubarray(spans, { minLength: spans.length }), fc.subarray(spans)),
        ),
        ([spans, shuffled, copies]) => {
          const again = [...copies, ...shuffled]
          expect(facts(again, settle(again, OPTIONS))).toEqual(facts(spans, settle(spans, OPTIONS)))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('gives each span exactly one place, and each execution the spans that make it', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const settled = settle(spans, OPTIONS)
        expect(settled.memberships).toHaveLength(spans.length)
        const began = new Set<number>()
        spans.forEach((span, i) => {
          const { part, execution, within } = settled.memberships[i]!
          expect(execution).toBeLessThan(settled.executions.length)
          if (part === 'entry' || part === 'child') began.add(execution)
          expect(within >= 0).toBe(part === 'child')
          expect(within).not.toBe(part === 'child' ? execution : null)
          if (span.role === 'entry' && spans.filter((s) => s.span_id === span.span_id).length === 1) {
            const isRecord = SYNC_SOURCE in span.attributes
            expect(['entry', 'child', ...(isRecord ? ['hidden'] : [])]).toContain(part)
          }
        })
        expect(began.size).toBe(settled.executions.length)
        const segments = settled.executions.flatMap(({ segments }) => segments.map((s) => `${s.trace_id}/${s.span_id}`))
        expect(new Set(segments).size).toBe(segments.length)
      }),
      { numRuns: 1_000 },
    )
  })

  it('counts the steps that it places', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const settled = settle(spans, OPTIONS)
        const counted = settled.executions.map(() => new Set<string>())
        spans.forEach((span, i) => {
          const { part, execution, within } = settled.memberships[i]!
          const of = part === 'step' ? execution : part === 'child' ? within : -1
          if (of >= 0) counted[of]!.add(`${span.trace_id}/${span.span_id}`)
        })
        expect(settled.executions.map(({ step_count }) => step_count)).toEqual(counted.map(({ size }) => size))
        for (const { step_count, failed_steps, failed_step } of settled.executions) {
          expect(failed_steps).toBeLessThanOrEqual(step_count)
          expect(failed_step === '').toBe(failed_steps === 0)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('never names two executions alike', () => {
    fc.assert(
      fc.property(anySpans, (spans) => {
        const names = settle(spans, OPTIONS).executions.map((e) => `${e.instance}/${e.execution_id}`)
        expect(new Set(names).size).toBe(names.length)
      }),
      { numRuns: 500 },
    )
  })
})
