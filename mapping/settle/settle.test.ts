/** Settling by rule, each on a trace made by hand. */

import type { SettleSpan } from '@runlens/conventions'
import { describe, expect, it } from 'vitest'
import { settleSpan as span } from '../../test/kit/settle-spans.ts'
import type { Settled, SettleOptions } from './execution.ts'
import { settle } from './settle.ts'

const OPTIONS: SettleOptions = { now_ms: 1_000, candidate_timeout_ms: 30_000, payload_bytes_max: 16 }
const LATER: SettleOptions = { ...OPTIONS, now_ms: 30_000 }
const ms = (value: number) => BigInt(value) * 1_000_000n

const entry = (span_id: string, given: Partial<SettleSpan> = {}) =>
  span({ span_id, role: 'entry', rule: 2, status: 'success', execution_kind: 'workflow', workflow_id: 'w', ...given })
const candidate = (span_id: string, given: Partial<SettleSpan> = {}) =>
  span({
    span_id,
    role: 'candidate',
    rule: 3,
    status: 'success',
    execution_kind: 'agent',
    workflow_id: span_id,
    ...given,
  })
const request = (span_id: string, given: Partial<SettleSpan> = {}) =>
  entry(span_id, { rule: 5, execution_kind: 'request', kind: 2, ...given })
const step = (span_id: string, parent_span_id: string, given: Partial<SettleSpan> = {}) =>
  span({ span_id, parent_span_id, role: 'step', status: 'success', step_name: span_id, ...given })
const failing = { status: 'error', error_type: 'TypeError', error_message: 'no', ended_at: 1_500_000_000n } as const

/** Part, execution id and the execution it is a step of, by span id. */
function parts(spans: readonly SettleSpan[], { executions, memberships }: Settled): Record<string, string> {
  const name = (index: number) => (index < 0 ? '-' : executions[index]!.execution_id)
  return Object.fromEntries(
    spans.map(({ span_id }, i) => {
      const { part, execution, within, parent_step } = memberships[i]!
      const inside = within < 0 ? '' : ` in ${name(within)}`
      return [span_id, `${part} ${name(execution)}${inside}${parent_step === '' ? '' : ` under ${parent_step}`}`]
    }),
  )
}
const ids = (settled: Settled) => settled.executions.map(({ execution_id }) => execution_id).sort()

describe('which span is what', () => {
  it('makes a native or strongly marked span an execution, and spans below it steps or plain spans', () => {
    const spans = [
      entry('e', { execution_id: 'run-1' }),
      step('a', 'e'),
      span({ span_id: 'plain', parent_span_id: 'a' }),
      step('b', 'plain'),
      span({ span_id: 'm', parent_span_id: 'e', role: 'marker' }),
    ]
    const settled = settle(spans, OPTIONS)
    expect(parts(spans, settled)).toEqual({
      e: 'entry run-1',
      a: 'step run-1',
      plain: 'span run-1',
      b: 'step run-1 under a',
      m: 'hidden run-1',
    })
    expect(settled.executions[0]).toMatchObject({ step_count: 2, failed_steps: 0, status: 'success' })
    expect(settled.settle_again_at_ms).toBeNull()
  })

  it('gives a strongly marked span below another strong one an execution of its own, which the upper one lists as a step', () => {
    const spans = [
      entry('outer', { execution_id: '1', user_id: 'u', conversation_id: 'c' }),
      step('a', 'outer'),
      entry('inner', { execution_id: '2', workflow_id: 'sub', parent_span_id: 'a' }),
      step('b', 'inner'),
    ]
    const settled = settle(spans, OPTIONS)
    expect(parts(spans, settled)).toEqual({
      outer: 'entry 1',
      a: 'step 1',
      inner: 'child 2 in 1 under a',
      b: 'step 2',
    })
    expect(settled.executions.find(({ execution_id }) => execution_id === '1')?.step_count).toBe(2)
    expect(settled.executions.find(({ execution_id }) => execution_id === '2')).toMatchObject({
      parent_execution_id: '1',
      user_id: 'u',
      conversation_id: 'c',
    })
  })

  it('makes a candidate below an execution of rules 1 to 3 a step, however far above that is', () => {
    const spans = [
      candidate('graph'),
      candidate('node', { parent_span_id: 'graph', step_name: 'node' }),
      span({ span_id: 'plain', parent_span_id: 'node' }),
      candidate('deep', { parent_span_id: 'plain', step_name: 'deep' }),
    ]
    expect(parts(spans, settle(spans, OPTIONS))).toEqual({
      graph: 'entry t',
      node: 'step t',
      plain: 'span t',
      deep: 'step t under node',
    })
  })

  it('makes a graph inside a request one execution inside the other, and no third', () => {
    const spans = [
      request('req'),
      span({ span_id: 'middleware', parent_span_id: 'req' }),
      candidate('graph', { parent_span_id: 'middleware', workflow_name: 'graph' }),
      candidate('node', { parent_span_id: 'graph', step_name: 'node' }),
    ]
    const settled = settle(spans, OPTIONS)
    expect(parts(spans, settled)).toEqual({
      req: 'entry t',
      middleware: 'span t',
      graph: 'child t-graph in t',
      node: 'step t-graph',
    })
    expect(settled.executions.map(({ kind }) => kind).sort()).toEqual(['agent', 'request'])
  })

  it('makes a server span whose caller is known a plain span, and one whose caller never comes an execution', () => {
    const server = span({
      span_id: 's',
      parent_span_id: 'caller',
      role: 'candidate',
      rule: 5,
      execution_kind: 'request',
      status: 'success',
    })
    const known = [request('req'), span({ span_id: 'caller', parent_span_id: 'req' }), server]
    expect(parts(known, settle(known, LATER)).s).toBe('span t')
    expect(settle([server], OPTIONS)).toMatchObject({ executions: [], settle_again_at_ms: 30_000 })
    expect(ids(settle([server], LATER))).toEqual(['t-s'])
  })

  it('keeps spans without any execution', () => {
    const spans = [step('a', ''), span({ span_id: 'b', parent_span_id: 'a' })]
    const settled = settle(spans, LATER)
    expect(settled.executions).toEqual([])
    expect(parts(spans, settled)).toEqual({ a: 'step -', b: 'span -' })
  })
})

describe('spans whose ancestors have not arrived', () => {
  const orphan = candidate('c', { parent_span_id: 'gone', received_at_ms: 500 })

  it('lets a candidate wait, and says until when', () => {
    const settled = settle([orphan, step('s', 'c')], OPTIONS)
    expect(settled.executions).toEqual([])
    expect(settled.settle_again_at_ms).toBe(30_500)
    expect(parts([orphan, step('s', 'c')], settled)).toEqual({ c: 'step -', s: 'step - under c' })
  })

  it('counts it as an execution when it has waited long enough', () => {
    const spans = [orphan, step('s', 'c')]
    const settled = settle(spans, { ...OPTIONS, now_ms: 30_500 })
    expect(parts(spans, settled)).toEqual({ c: 'entry t-c', s: 'step t-c' })
    expect(settled.settle_again_at_ms).toBeNull()
  })

  it('takes that back when an execution turns up above it', () => {
    const spans = [orphan, span({ span_id: 'gone', parent_span_id: 'e' }), candidate('e')]
    expect(parts(spans, settle(spans, { ...OPTIONS, now_ms: 99_000 })).c).toBe('step t')
  })

  it('gives them to the only execution of the trace if they ran during it', () => {
    const spans = [entry('e', { execution_id: '1' }), step('lost', 'gone'), candidate('c', { parent_span_id: 'gone' })]
    const settled = settle(spans, OPTIONS)
    expect(parts(spans, settled)).toEqual({ e: 'entry 1', lost: 'step 1', c: 'step 1' })
    expect(settled.executions[0]?.step_count).toBe(2)
    expect(settled.settle_again_at_ms).toBeNull()
  })

  it('gives them to nobody if they ran outside it, or if there are two', () => {
    const early = step('lost', 'gone', { started_at: ms(1), ended_at: ms(2) })
    const outside = [entry('e', { execution_id: '1' }), early]
    expect(parts(outside, settle(outside, OPTIONS)).lost).toBe('step -')
    const two = [entry('e', { execution_id: '1' }), entry('f', { execution_id: '2' }), step('lost', 'gone')]
    expect(parts(two, settle(two, OPTIONS)).lost).toBe('step -')
  })

  it('gives nothing to an execution whose own ancestors are missing', () => {
    const spans = [entry('e', { execution_id: '1', parent_span_id: 'gone' }), step('lost', 'gone')]
    expect(parts(spans, settle(spans, OPTIONS))).toEqual({ e: 'entry 1', lost: 'step -' })
  })

  it('lets a graph taken in by a request wait as its step, then makes it a child execution', () => {
    const spans = [request('req'), candidate('c', { parent_span_id: 'gone' })]
    expect(parts(spans, settle(spans, OPTIONS)).c).toBe('step t')
    expect(parts(spans, settle(spans, LATER)).c).toBe('child t-c in t')
  })
})

describe('execution ids', () => {
  it('come from the trace for the parentless entry and from trace and span for all others', () => {
    const inner = candidate('inner', { parent_span_id: 'req' })
    expect(ids(settle([request('req')], OPTIONS))).toEqual(['t'])
    expect(ids(settle([request('req'), inner], OPTIONS))).toEqual(['t', 't-inner'])
    expect(ids(settle([inner], LATER))).toEqual(['t-inner'])
  })

  it('stay apart where a trace has two parentless entries', () => {
    const spans = [request('second', { started_at: ms(2_000) }), request('first', { started_at: ms(1_000) })]
    expect(parts(spans, settle(spans, OPTIONS))).toEqual({ first: 'entry t', second: 'entry t-second' })
  })

  it('are one execution over all runs when it was resumed: it starts with the earliest and ends as the latest', () => {
    const first = entry('e1', { execution_id: '7', status: 'waiting', started_at: ms(1_000), ended_at: ms(1_010) })
    const second = entry('e2', {
      execution_id: '7',
      parent_span_id: 'e1',
      started_at: ms(5_000),
      ended_at: ms(5_020),
      status_explicit: 1,
    })
    const spans = [step('b', 'e2'), second, step('a', 'e1'), first]
    const settled = settle(spans, OPTIONS)
    expect(settled.executions).toHaveLength(1)
    expect(settled.executions[0]).toMatchObject({
      execution_id: '7',
      status: 'success',
      started_at: ms(1_000),
      ended_at: ms(5_020),
      duration_ms: 4_020,
      step_count: 2,
      span_id: 'e2',
      parent_execution_id: '',
    })
    expect(settled.executions[0]?.segments.map(({ span_id, status }) => [span_id, status])).toEqual([
      ['e1', 'waiting'],
      ['e2', 'success'],
    ])
    expect(parts(spans, settled)).toEqual({ b: 'step 7', e2: 'entry 7', a: 'step 7', e1: 'entry 7' })
  })

  it('join resumed runs over traces', () => {
    const runs = [
      entry('e1', { execution_id: '7', status: 'waiting' }),
      entry('e2', { execution_id: '7', trace_id: 'u', started_at: ms(9_000), ended_at: ms(9_001) }),
    ]
    const settled = settle(runs, OPTIONS)
    expect(settled.executions).toHaveLength(1)
    expect(settled.executions[0]).toMatchObject({ trace_id: 'u', status: 'success' })
  })

  it('join those that name the trace by which another is called, whichever began first', () => {
    const called = entry('e1', { status: 'waiting' })
    for (const started_at of [ms(500), ms(9_000)]) {
      const naming = entry('e2', { execution_id: 't', trace_id: 'u', started_at, ended_at: ms(9_001) })
      const settled = settle([called, naming], OPTIONS)
      expect(settled.executions).toHaveLength(1)
      expect(settled.executions[0]).toMatchObject({ execution_id: 't', trace_id: 'u', status: 'success' })
    }
  })

  it('stay apart for equal ids at other instances, and for nested runs that carry the outer id', () => {
    const elsewhere = [entry('a', { execution_id: '7' }), entry('b', { execution_id: '7', instance: 'other' })]
    expect(ids(settle(elsewhere, OPTIONS))).toEqual(['7', '7'])
    const nested = [
      entry('flow', { execution_id: '7' }),
      entry('agent', { execution_id: '7', execution_kind: 'agent', workflow_id: 'x', parent_span_id: 'flow' }),
    ]
    expect(parts(nested, settle(nested, OPTIONS))).toEqual({ flow: 'entry 7', agent: 'child t-agent in 7' })
  })

  it('join the parts of a native execution that goes on in another service', () => {
    const native = { rule: 1, execution_id: 'x' }
    const spans = [
      entry('here', { ...native, instance: 'web', ended_at: ms(4_000) }),
      step('send', 'here'),
      entry('there', { ...native, instance: 'jobs', workflow_id: 'other', parent_span_id: 'send' }),
      step('work', 'there'),
    ]
    const settled = settle(spans, OPTIONS)
    expect(settled.executions).toHaveLength(1)
    expect(settled.executions[0]).toMatchObject({
      execution_id: 'x',
      instance: 'web',
      step_count: 2,
      ended_at: ms(4_000),
    })
  })
})

describe('status', () => {
  const statusOf = (...spans: SettleSpan[]) => settle(spans, OPTIONS).executions[0]?.status

  it('is partial when a step failed for good and the emitter did not say success itself', () => {
    expect(statusOf(entry('e'), step('s', 'e', failing))).toBe('partial')
    expect(statusOf(entry('e', { status_explicit: 1 }), step('s', 'e', failing))).toBe('success')
  })

  it('is not partial when the failed step was tried again and succeeded', () => {
    const retried = step('s2', 'e', { step_name: 's', started_at: ms(1_600) })
    expect(statusOf(entry('e'), step('s', 'e', failing), retried)).toBe('success')
  })

  it('is running while the entry has not ended, and has no end then', () => {
    const [execution] = settle([entry('e', { ended_at: 0n, status: 'running' })], OPTIONS).executions
    expect(execution).toMatchObject({ status: 'running', ended_at: null, duration_ms: null })
  })

  it('is final once any run of the execution is, whatever is open beside it', () => {
    const open = entry('e2', { execution_id: '1', ended_at: 0n, status: 'running' })
    expect(statusOf(entry('e1', { execution_id: '1', status: 'error' }), open)).toBe('error')
  })

  it('follows from end and OTLP status where mapping said nothing', () => {
    expect(statusOf(entry('e', { status: '', status_code: 2 }))).toBe('error')
    expect(statusOf(entry('e', { status: '' }))).toBe('success')
    expect(statusOf(entry('e', { status: '', ended_at: 0n }))).toBe('running')
  })
})

describe('errors', () => {
  it('come from the step that failed first where the entry has none', () => {
    const late = step('late', 'e', { ...failing, error_type: 'LateError', ended_at: ms(1_900) })
    const [execution] = settle([entry('e', { status: 'error' }), late, step('early', 'e', failing)], OPTIONS).executions
    expect(execution).toMatchObject({
      failed_step: 'early',
      failed_step_names: ['early', 'late'],
      failed_steps: 2,
      error_type: 'TypeError',
      error_message: 'no',
    })
  })

  it('name each failed step once, those that a later attempt mended not at all', () => {
    const failed = (id: string, name: string, more = {}) => step(id, 'e', { ...failing, step_name: name, ...more })
    const spans = [
      entry('e', { status: 'error' }),
      failed('a1', 'tried', { attempt: 1 }),
      step('a2', 'e', { step_name: 'tried', attempt: 2, status: 'success' }),
      failed('b1', 'branch'),
      failed('b2', 'branch'),
    ]
    const [execution] = settle(spans, OPTIONS).executions
    expect(execution).toMatchObject({ failed_steps: 2, failed_step_names: ['branch'] })
  })

  it('take a step’s type over one that names nothing, and keep the entry’s message', () => {
    const own = entry('e', { status: 'failed', error_type: 'Error', error_message: 'own' })
    const [execution] = settle([own, step('s', 'e', failing)], OPTIONS).executions
    expect(execution).toMatchObject({ error_type: 'TypeError', error_message: 'own' })
  })

  it('are not inherited by a success', () => {
    const [execution] = settle([entry('e', { status_explicit: 1 }), step('s', 'e', failing)], OPTIONS).executions
    expect(execution).toMatchObject({ failed_steps: 1, failed_step: 's', error_type: '', error_class: '' })
  })

  it('pass from a child execution to the one around it', () => {
    const spans = [
      entry('outer', { execution_id: '1', status: 'error' }),
      entry('inner', {
        execution_id: '2',
        workflow_id: 'x',
        status: 'error',
        parent_span_id: 'outer',
        step_name: 'sub',
      }),
      step('s', 'inner', failing),
    ]
    const outer = settle(spans, OPTIONS).executions.find(({ execution_id }) => execution_id === '1')
    expect(outer).toMatchObject({ failed_step: 'sub', error_type: 'TypeError', failed_steps: 1 })
  })
})

describe('figures', () => {
  it('measure duration and queue wait in milliseconds', () => {
    const [execution] = settle([entry('e', { queued_at: 999_750_000n, ended_at: 1_061_798_523n })], OPTIONS).executions
    expect(execution).toMatchObject({ duration_ms: 61.798523, queue_ms: 0.25, last_seen_at: 1_061_798_523n })
  })

  it('sum the rows of steps, and return those of the last, unless the entry counts itself', () => {
    const rows = [step('a', 'e', { rows_returned: 5 }), step('b', 'e', { rows_returned: 2, ended_at: ms(2_001) })]
    expect(settle([entry('e'), ...rows], OPTIONS).executions[0]).toMatchObject({ rows_total: 7, rows_returned: 2 })
    const own = entry('e', { rows_total: 100, rows_returned: 10 })
    expect(settle([own, ...rows], OPTIONS).executions[0]).toMatchObject({ rows_total: 100, rows_returned: 10 })
    expect(settle([entry('e'), step('c', 'e')], OPTIONS).executions[0]).toMatchObject({ rows_total: null })
  })

  it('cut inputs and outputs at whole characters and say so', () => {
    const [execution] = settle([entry('e', { input: 'ä'.repeat(9), output: 'x'.repeat(16) })], OPTIONS).executions
    expect(execution).toMatchObject({
      input: 'ä'.repeat(8),
      input_truncated: true,
      output: 'x'.repeat(16),
      output_truncated: false,
    })
  })
})
