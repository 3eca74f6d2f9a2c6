import type { SettleSpan } from '@runlens/conventions'
import { expect, it } from 'vitest'
import { settleSpan } from '../../test/kit/settle-spans.ts'
import { QUERIES_MAX } from './execution.ts'
import { settle } from './settle.ts'

const OPTIONS = { now_ms: 0, candidate_timeout_ms: 1_000, payload_bytes_max: 1_000 }
const entry = (id: string, more: Partial<SettleSpan> = {}) =>
  settleSpan({
    span_id: id,
    role: 'entry',
    rule: 1,
    execution_kind: 'job',
    execution_id: id,
    status: 'success',
    ...more,
  })
const call = (id: string, parent: string, more: Partial<SettleSpan> = {}) =>
  settleSpan({
    span_id: id,
    parent_span_id: parent,
    role: 'step',
    step_type: 'db',
    database_type: 'postgresql',
    query: 'SELECT 1',
    status: 'success',
    ...more,
  })
const queriesOf = (...spans: SettleSpan[]) => {
  const { executions } = settle(spans, OPTIONS)
  return Object.fromEntries(executions.map((one) => [one.execution_id, one.queries.map(({ key }) => key)]))
}

it('a database step is a query of its execution, with all that is told of it', () => {
  const told = call('b', 'e', {
    status: 'timeout',
    started_at: 1_100_000_000n,
    ended_at: 1_200_000_000n,
    rows_total: 50,
    rows_returned: 10,
    query_complexity: 'hi\tgh',
    query_page: '2',
    query_page_size: '10',
    error_type: 'Timeout',
    error_message: 'too\tslow',
  })
  const [execution] = settle([entry('e'), told, call('a', 'e')], OPTIONS).executions
  expect(execution?.query_count).toBe(2)
  expect(execution?.queries).toEqual([
    {
      key: 'ta',
      started_at: 1_000_000_000n,
      ended_at: 2_000_000_000n,
      database_type: 'postgresql',
      status: 'success',
      text: 'SELECT 1',
      rows_total: null,
      rows_returned: null,
      details: '',
    },
    {
      key: 'tb',
      started_at: 1_100_000_000n,
      ended_at: 1_200_000_000n,
      database_type: 'postgresql',
      status: 'timeout',
      text: 'SELECT 1',
      rows_total: 50,
      rows_returned: 10,
      details: 'hi gh\t2\t10\tTimeout\ttoo\tslow',
    },
  ])
})

it('a step is a query by its type or by its database, and no other step is', () => {
  const spans = [
    entry('e'),
    call('typed', 'e', { database_type: '' }),
    call('tool', 'e', { step_type: 'tool' }),
    call('http', 'e', { step_type: 'http', database_type: '' }),
    call('plain', 'e', { role: 'other' }),
  ]
  expect(queriesOf(...spans)).toEqual({ e: ['ttool', 'ttyped'] })
})

it('belongs to the innermost execution around it, and to none if nobody knows which', () => {
  const inner = entry('inner', { parent_span_id: 'outer', workflow_id: 'other' })
  const spans = [entry('outer'), inner, call('a', 'outer'), call('b', 'inner'), call('lost', 'unheard of')]
  expect(queriesOf(...spans)).toEqual({ outer: ['ta'], inner: ['tb'] })
})

it('an execution that is a query has none beside itself', () => {
  const query = entry('q', { execution_kind: 'query', rule: 4 })
  const nested = entry('n', { execution_kind: 'query', parent_span_id: 'e' })
  expect(queriesOf(query, call('driver', 'q'))).toEqual({ q: [] })
  expect(queriesOf(entry('e'), nested, call('driver', 'n'))).toEqual({ e: [], n: [] })
})

it('one that has not ended is running', () => {
  const [execution] = settle([entry('e'), call('a', 'e', { status: '', ended_at: 0n })], OPTIONS).executions
  expect(execution?.queries).toMatchObject([{ status: 'running', ended_at: 0n }])
})

it('texts are cut at whole characters, and beyond a thousand queries are only counted', () => {
  const long = `${'x'.repeat(999)}😀😀`
  const many = Array.from({ length: QUERIES_MAX + 5 }, (_, n) => call(`s${String(n).padStart(5, '0')}`, 'e'))
  many[0] = { ...many[0]!, query: long, error_message: long }
  const [execution] = settle([entry('e'), ...many], OPTIONS).executions
  expect(execution?.query_count).toBe(1_005)
  expect(execution?.queries).toHaveLength(1_000)
  expect(execution?.queries[0]?.text).toBe(`${'x'.repeat(999)}😀`)
  expect(execution?.queries[0]?.details).toBe(`\t\t\t\t${'x'.repeat(999)}😀`)
})
