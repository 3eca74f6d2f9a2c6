import { describe, expect, it } from 'vitest'
import { settleSpan } from '../../test/kit/settle-spans.ts'
import { executionTree } from './execution-tree.ts'
import { PROVISIONAL_AFTER_MS } from './provisional.ts'
import { settle } from './settle.ts'

const OPTIONS = { now_ms: 20_000, candidate_timeout_ms: 30_000, payload_bytes_max: 100 }
const S = 1_000_000_000n
const RUN = {
  span_id: 'run',
  role: 'entry',
  rule: 1,
  execution_id: 'r-1',
  status: 'running',
  started_at: S,
  ended_at: 0n,
} as const
const told = (marker: 'started' | 'updated' | 'heartbeat' | 'exception', at: number, more: object = {}) =>
  settleSpan({ ...RUN, marker, recorded_at: BigInt(at) * S, received_at_ms: 10_000 + at, ...more })

describe('an execution of which only markers are here', () => {
  it('runs, and was seen last when the last of them was recorded', () => {
    const { executions } = settle([told('heartbeat', 12), told('started', 1)], OPTIONS)
    expect(executions).toMatchObject([
      { execution_id: 'r-1', status: 'running', ended_at: null, last_seen_at: 12n * S, heartbeat_at: 10_012n },
    ])
  })

  it('is in the state that was told last, whatever a heartbeat leaves out', () => {
    const rows = [
      told('started', 1, { status: 'queued', status_explicit: 1, queued_at: 0n }),
      told('updated', 3, { status: 'waiting', status_explicit: 1, progress: 0.5 }),
      told('heartbeat', 4),
    ]
    expect(settle(rows, OPTIONS).executions).toMatchObject([{ status: 'waiting', progress: 0.5, queued_at: 0n }])
  })

  it('changed after it began, be it in the same millisecond', () => {
    const rows = [
      told('updated', 1, { status: 'waiting', status_explicit: 1 }),
      told('started', 1, { status: 'queued', status_explicit: 1 }),
    ]
    expect(settle(rows, OPTIONS).executions).toMatchObject([{ status: 'waiting' }])
    expect(settle([...rows].reverse(), OPTIONS).executions).toMatchObject([{ status: 'waiting' }])
  })

  it('ends with its span, whose word is the last', () => {
    const end = settleSpan({ ...RUN, ended_at: 3n * S, status: 'success' })
    const { executions } = settle([end, told('updated', 9, { status: 'waiting', status_explicit: 1 })], OPTIONS)
    expect(executions).toMatchObject([{ status: 'success', ended_at: 3n * S, last_seen_at: 3n * S }])
  })

  it('has steps that run, in its tree too', () => {
    const step = settleSpan({
      ...RUN,
      span_id: 'step',
      parent_span_id: 'run',
      role: 'step',
      rule: 0,
      execution_id: '',
      marker: 'started',
      recorded_at: 2n * S,
      started_at: 2n * S,
    })
    const rows = [told('started', 1), step]
    const settled = settle(rows, OPTIONS)
    expect(settled.executions).toMatchObject([{ step_count: 1, last_seen_at: 2n * S }])
    expect(executionTree(rows, settled, 0, { allSpans: false })).toMatchObject([
      { span: { span_id: 'step' }, depth: 0 },
    ])
  })
})

describe('an exception in a log record', () => {
  const failed = settleSpan({ ...RUN, ended_at: 3n * S, status: 'error', error_message: 'failed' })
  const exception = told('exception', 2, {
    error_type: 'PaymentError',
    error_message: 'card declined',
    error_stack: 'at pay',
  })

  it('is the error of its span, as an exception event would be', () => {
    for (const rows of [
      [failed, exception],
      [exception, failed],
    ]) {
      expect(settle(rows, OPTIONS).executions).toMatchObject([
        { status: 'error', error_type: 'PaymentError', error_message: 'card declined', error_stack: 'at pay' },
      ])
    }
  })

  it('says nothing of a span that went well, and is no span itself', () => {
    expect(settle([exception, settleSpan({ ...RUN, ended_at: 3n * S, status: 'success' })], OPTIONS)).toMatchObject({
      executions: [{ status: 'success', error_type: '' }],
    })
    expect(settle([exception], OPTIONS)).toMatchObject({ executions: [], memberships: [{ part: 'hidden' }] })
  })

  it('tells a timeout and a cancellation from an error', () => {
    const statusWith = (error_type: string) =>
      settle([failed, told('exception', 2, { error_type })], OPTIONS).executions[0]?.status
    expect(statusWith('ReadTimeout')).toBe('timeout')
    expect(statusWith('AbortError')).toBe('cancelled')
  })
})

describe('a step whose execution says nothing before its end', () => {
  const step = settleSpan({
    span_id: 'node',
    parent_span_id: 'run',
    role: 'step',
    provider: 'n8n',
    status: 'success',
    step_name: 'Fetch',
    received_at_ms: 19_000,
  })

  it('opens a provisional one after a moment', () => {
    expect(settle([step], { ...OPTIONS, now_ms: 19_500 })).toMatchObject({
      executions: [],
      settle_again_at_ms: 19_000 + PROVISIONAL_AFTER_MS,
    })
    const settled = settle([step], OPTIONS)
    expect(settled.executions).toMatchObject([
      { execution_id: 't', status: 'running', provider: 'n8n', step_count: 1, ended_at: null },
    ])
    expect(settled.memberships).toMatchObject([{ part: 'step', execution: 0 }])
  })

  it('belongs to the real one once that is here', () => {
    const root = settleSpan({ ...RUN, execution_id: '77', ended_at: 9n * S, status: 'success', provider: 'n8n' })
    expect(settle([step, root], OPTIONS).executions).toMatchObject([{ execution_id: '77', status: 'success' }])
  })

  it('gives way to a candidate that waited long enough', () => {
    const chain = settleSpan({
      span_id: 'chain',
      parent_span_id: 'gone',
      role: 'candidate',
      rule: 3,
      provider: 'langgraph',
      received_at_ms: 19_000,
    })
    expect(settle([step, chain], OPTIONS)).toMatchObject({
      executions: [{ execution_id: 't', status: 'running', step_count: 2 }],
      settle_again_at_ms: 49_000,
    })
    expect(settle([step, chain], { ...OPTIONS, now_ms: 49_000 }).executions).toMatchObject([
      { execution_id: 't-chain' },
    ])
  })

  it('of no engine opens none', () => {
    expect(settle([{ ...step, provider: 'opentelemetry' }], OPTIONS).executions).toEqual([])
  })
})
