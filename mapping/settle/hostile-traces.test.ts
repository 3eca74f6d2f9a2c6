/** Settling of traces that repeat themselves, lie or are very large. */

import type { SettleSpan } from '@runlens/conventions'
import { describe, expect, it } from 'vitest'
import { settleSpan as span } from '../../test/kit/settle-spans.ts'
import { settle } from './settle.ts'

const OPTIONS = { now_ms: 1_000, candidate_timeout_ms: 30_000, payload_bytes_max: 16 }
const ms = (value: number) => BigInt(value) * 1_000_000n

const entry = (span_id: string, given: Partial<SettleSpan> = {}) =>
  span({ span_id, role: 'entry', rule: 2, status: 'success', execution_kind: 'workflow', workflow_id: 'w', ...given })
const step = (span_id: string, parent_span_id: string, given: Partial<SettleSpan> = {}) =>
  span({ span_id, parent_span_id, role: 'step', status: 'success', step_name: span_id, ...given })

describe('several copies of a span', () => {
  it('count once, and the one that ended later wins without losing what the earlier one knew', () => {
    const open = entry('e', { ended_at: 0n, status: 'running', user_id: 'u', attributes: { a: '1', b: '1' } })
    const ended = entry('e', { attributes: { a: '2' } })
    for (const spans of [
      [open, ended, ended],
      [ended, open, ended],
    ]) {
      const settled = settle(spans, OPTIONS)
      expect(settled.executions).toHaveLength(1)
      expect(settled.executions[0]).toMatchObject({ status: 'success', user_id: 'u' })
      expect({ ...settled.executions[0]?.attributes }).toEqual({ a: '2', b: '1' })
      expect(settled.memberships).toHaveLength(3)
    }
  })
})

describe('hostile traces', () => {
  it('end on spans that are their own ancestors', () => {
    const candidate = { role: 'candidate', rule: 3, status: 'success' } as const
    const spans = [
      span({ span_id: 'self', parent_span_id: 'self', ...candidate }),
      span({ span_id: 'a', parent_span_id: 'b', ...candidate }),
      span({ span_id: 'b', parent_span_id: 'a', ...candidate }),
      step('s', 'b'),
    ]
    const { executions, memberships } = settle(spans, OPTIONS)
    const [, a, b, s] = memberships
    expect(a).toMatchObject({ part: 'entry' })
    expect(executions[a!.execution]?.execution_id).toBe('t')
    expect(b).toEqual({ part: 'step', execution: a!.execution, within: -1, parent_step: '' })
    expect(s).toEqual({ part: 'step', execution: a!.execution, within: -1, parent_step: 'b' })
  })

  it('may be as deep as they are large', () => {
    const deep = Array.from({ length: 10_000 }, (_, i) => step(`s${i}`, i === 0 ? 'e' : `s${i - 1}`))
    const settled = settle([entry('e', { execution_id: '1' }), ...deep.reverse()], OPTIONS)
    expect(settled.executions[0]?.step_count).toBe(10_000)
  })

  it('may be 100 000 spans of one name, or as many segments', () => {
    const wide = Array.from({ length: 100_000 }, (_, i) =>
      step(`s${i}`, 'e', { step_name: 'same', status: 'error', started_at: ms(i), ended_at: ms(i + 1) }),
    )
    const settled = settle([entry('e', { execution_id: '1', ended_at: ms(200_000) }), ...wide], OPTIONS)
    expect(settled.executions[0]).toMatchObject({ step_count: 100_000, failed_steps: 1 })
    const segments = Array.from({ length: 100_000 }, (_, i) => entry(`e${i}`, { execution_id: '1' }))
    expect(settle(segments, OPTIONS).executions).toHaveLength(1)
  })

  it('may name their attributes like parts of an object', () => {
    const attributes = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>
    const settled = settle([entry('e', { attributes }), entry('e', { attributes, ended_at: 0n })], OPTIONS)
    expect(Object.entries(settled.executions[0]!.attributes).sort()).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })
})
