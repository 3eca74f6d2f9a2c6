import { type SettleSpan, SYNC_SOURCE } from '@runlens/conventions'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mapFixture, settleSpan } from '../../test/kit/settle-spans.ts'
import { executionTree } from './execution-tree.ts'
import { settle } from './settle.ts'

const OPTIONS = { now_ms: 1_000_000, candidate_timeout_ms: 30_000, payload_bytes_max: 100 }
const ms = (value: number) => BigInt(value) * 1_000_000n

type Given = Partial<SettleSpan> & { span_id: string }
const ofN8n = { instance: 'n8n-1', provider: 'n8n', execution_kind: 'workflow' } as const
const entry = (given: Given) =>
  settleSpan({ ...ofN8n, role: 'entry', rule: 2, execution_id: '7', workflow_id: 'w', status_explicit: 1, ...given })
const node = (parent: string, name: string, start: number, end: number, given: Partial<SettleSpan> = {}) => {
  const id = given.span_id ?? `${parent}/${name}/${start}`
  const times = { started_at: ms(start), ended_at: ms(end) }
  return settleSpan({
    ...ofN8n,
    role: 'step',
    parent_span_id: parent,
    step_name: name,
    status: 'success',
    ...times,
    ...given,
    span_id: id,
  })
}

/** Telemetry: the workflow from 100 to 200 ms, with A, and B twice. */
const told = [
  entry({
    span_id: 'told',
    trace_id: 't',
    status: 'success',
    started_at: ms(100),
    ended_at: ms(200),
    environment: 'default',
  }),
  ...[node('told', 'A', 101, 120), node('told', 'B', 130, 140), node('told', 'B', 150, 160)].map((one) => ({
    ...one,
    trace_id: 't',
  })),
]
/** Records of the same run, whose clock is 2 ms behind. */
const records = [
  entry({
    span_id: 'records',
    trace_id: 'r',
    status: 'success',
    started_at: ms(98),
    ended_at: ms(203),
    workflow_name: 'Flow',
    environment: 'prod',
    attributes: { [SYNC_SOURCE]: 'n8n' },
  }),
  ...[node('records', 'A', 99, 118), node('records', 'B', 128, 138), node('records', 'B', 148, 158)].map((one) => ({
    ...one,
    trace_id: 'r',
  })),
]
const settled = (spans: readonly SettleSpan[]) => settle(spans, OPTIONS)
const only = (spans: readonly SettleSpan[]) => {
  const { executions } = settled(spans)
  expect(executions).toHaveLength(1)
  return executions[0]!
}

describe('an execution that telemetry and records tell of', () => {
  it('is what the telemetry says, where that says all', () => {
    expect(only([...told, ...records])).toEqual({ ...only(told), workflow_name: 'Flow' })
    expect(only([...told, ...records])).toMatchObject({
      step_count: 3,
      started_at: ms(100),
      duration_ms: 100,
      last_seen_at: ms(200),
      segments: [{ span_id: 'told' }],
      environment: 'default',
      attributes: {},
    })
  })

  it('has the nodes of the records where the telemetry has none, and shows them in its tree', () => {
    const spans = [told[0]!, ...records]
    const both = settled(spans)
    expect(both.executions[0]).toMatchObject({ step_count: 3, duration_ms: 100, segments: [{ span_id: 'told' }] })
    const tree = executionTree(spans, both, 0, { allSpans: true })
    expect(tree.map(({ span, depth }) => [span.step_name, depth])).toEqual([
      ['A', 0],
      ['B', 0],
      ['B', 0],
    ])
  })

  it('has each run of a node once, that next in time being the same one', () => {
    const spans = [told[0]!, told[3]!, ...records]
    const both = settled(spans)
    expect(both.executions[0]).toMatchObject({ step_count: 3 })
    const shown = spans.filter((_, n) => both.memberships[n]!.part === 'step').map(({ span_id }) => span_id)
    expect(shown).toEqual(['told/B/150', 'records/A/99', 'records/B/128'])
  })

  it('is over when the records say so and the telemetry stopped at a wait', () => {
    const waiting = { ...told[0]!, status: 'waiting' as const }
    const failed = { ...records[0]!, status: 'error' as const, error_type: 'NodeApiError', error_message: 'gone' }
    expect(only([waiting, ...told.slice(1), failed, ...records.slice(1)])).toMatchObject({
      status: 'error',
      error_type: 'NodeApiError',
      error_message: 'gone',
      started_at: ms(100),
      ended_at: ms(203),
      duration_ms: 103,
      step_count: 3,
      environment: 'default',
    })
  })

  it('is over when the telemetry says so and the records are older', () => {
    const waiting = { ...records[0]!, status: 'waiting' as const, ended_at: ms(150) }
    expect(only([...told, waiting, records[1]!])).toMatchObject({ status: 'success', duration_ms: 100, step_count: 3 })
  })

  it('stays a child of the execution around it, with its place there', () => {
    const outer = entry({
      span_id: 'outer',
      trace_id: 't',
      execution_id: '6',
      workflow_id: 'v',
      status: 'success',
      started_at: ms(90),
      ended_at: ms(210),
    })
    const inner = told.map((span) => (span.span_id === 'told' ? { ...span, parent_span_id: 'outer' } : span))
    const find = (spans: readonly SettleSpan[]) =>
      settled(spans).executions.toSorted((a, b) => (a.execution_id < b.execution_id ? -1 : 1))
    const both = find([outer, ...inner, ...records])
    expect(both).toHaveLength(2)
    expect(both[0]).toMatchObject({ execution_id: '6', step_count: 1 })
    expect(both[1]).toMatchObject({ execution_id: '7', step_count: 3, parent_execution_id: '6' })
  })

  it('is one of the records alone where there is nothing else, with their attributes', () => {
    expect(only(records)).toMatchObject({
      execution_id: '7',
      step_count: 3,
      duration_ms: 105,
      environment: 'prod',
      attributes: { [SYNC_SOURCE]: 'n8n' },
    })
  })

  it('gives the same whatever the order', () => {
    const sorted = (spans: readonly SettleSpan[]) => only(spans)
    const expected = sorted([...told, ...records])
    fc.assert(
      fc.property(fc.shuffledSubarray([...told, ...records], { minLength: 8 }), (spans) => {
        expect(sorted(spans)).toEqual(expected)
      }),
      { numRuns: 50 },
    )
  })

  it('never counts a run of a node less than either account', () => {
    const runs = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 12 })
    fc.assert(
      fc.property(runs, runs, (first, again) => {
        const of = (root: SettleSpan, starts: readonly number[]) =>
          starts.map((start, n) =>
            node(root.span_id, 'N', start, start, { span_id: `${root.span_id}${n}`, trace_id: root.trace_id }),
          )
        const spans = [told[0]!, records[0]!, ...of(told[0]!, first), ...of(records[0]!, again)]
        expect(only(spans).step_count).toBe(Math.max(first.length, again.length))
      }),
    )
  })
})

it('leaves an execution that really was recorded as it is', () => {
  const spans = mapFixture('n8n-2.40.7-webhook-error-and-wait.otlp.pb')
  const alone = settle(spans, OPTIONS).executions.find(({ execution_id }) => execution_id === '3')!
  const record = entry({
    span_id: 'record',
    trace_id: 'r',
    execution_id: '3',
    instance: alone.instance,
    workflow_id: alone.workflow_id,
    status: 'success',
    started_at: alone.started_at,
    ended_at: alone.ended_at! + ms(3),
    attributes: { [SYNC_SOURCE]: 'n8n' },
  })
  const both = settle([...spans, record], OPTIONS).executions.find(({ execution_id }) => execution_id === '3')!
  expect(both).toEqual(alone)
})
