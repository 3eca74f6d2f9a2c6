import type { BinaryRow } from '@runlens/clickhouse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi, traceCell } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { startDatabase, withDocuments } from '../../../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
const LOGS = '/api/v1/monitoring/logs'
let clickhouse: TestClickHouse
let api: TestApi

const run = (id: string, at: string, more: Partial<ExecutionParts> = {}): ExecutionParts => ({
  execution_id: id,
  kind: 'agent',
  started_at: `2026-11-${at}`,
  ended_at: `2026-11-${at}`,
  duration_ms: 1000,
  ...more,
})

const CHAT = JSON.stringify({
  messages: [
    { role: 'user', content: 'earlier' },
    { role: 'user', content: `${'x'.repeat(198)}😀😀😀` },
  ],
})
const FAILED = { status: 'error', error_type: 'TypeError', error_message: 'no city', failed_steps: 2 } as const

/** In the last 24 hours: 3 completed, 1 partial, 4 failed in four ways, 2 running; before them 1 completed. */
const ROWS: ExecutionParts[] = [
  run('chat', '20 11:30:00.000', {
    user_id: 'ann',
    conversation_id: 'talk',
    input: CHAT,
    output: '{"output":"Sunny"}',
    duration_ms: 2000,
    ended_at: '2026-11-20 11:30:02.000',
  }),
  run('plain', '20 11:00:00.000', { user_id: 'ann', conversation_id: 'talk', input: 'words', output: '{"a":1}' }),
  run('bob-1', '20 10:59:00.000', { user_id: 'bob' }),
  run('part', '20 10:50:00.000', { status: 'partial', failed_steps: 1, failed_step_names: ['look up'] }),
  run('broken', '20 10:40:00.000', { ...FAILED, failed_step_names: ['look up', 'send'], duration_ms: 4000 }),
  run('no', '20 10:30:00.000', { status: 'failed', error_type: 'Refused' }),
  run('slow', '20 10:20:00.000', { status: 'timeout', duration_ms: null }),
  run('stopped', '20 10:10:00.000', { status: 'cancelled' }),
  run('open', '20 11:59:59.000', { status: 'running', ended_at: null, duration_ms: null }),
  run('aside', '19 13:00:00.000', { status: 'waiting', ended_at: null, duration_ms: null, conversation_id: 'talk' }),
  run('old', '19 11:59:00.000', { conversation_id: 'talk', user_id: 'ann' }),
  // Not of this view unless asked for.
  run('sql', '20 11:00:00.000', { kind: 'query', user_id: 'ann', conversation_id: 'talk' }),
  run('theirs', '20 11:00:00.000', { tenant: 'acme', conversation_id: 'talk' }),
]

const cell = (name: string) => name.padEnd(8, '_')
const hex = (name: string) => Buffer.from(cell(name)).toString('hex')
/** A step of `chat`; from and to in seconds after 11:30:00. */
const step = (name: string, parent: string, from: number, to: number | null, more: Record<string, unknown> = {}) => ({
  tenant: 'default',
  received_at: '2026-11-20 11:30:02.000',
  trace_id: traceCell(7),
  span_id: cell(name),
  ...(parent === '' ? {} : { parent_span_id: cell(parent) }),
  name,
  kind: 1,
  started_at: `2026-11-20 11:30:0${from}.000`,
  ...(to === null ? {} : { ended_at: `2026-11-20 11:30:0${to}.000` }),
  service: 'shop',
  role: 'step',
  step_name: name,
  step_type: 'node',
  status: 'success',
  ...more,
})
const ENTRY = { role: 'entry', rule: 1, execution_kind: 'agent', execution_id: 'chat', instance: 'shop', step_name: '' }

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
  await insertExecutions(
    clickhouse.client,
    ROWS.map((row) => (row.execution_id === 'chat' ? { ...row, trace_id: traceCell(7) } : row)),
  )
  const spans = [
    step('root', '', 0, 2, ENTRY),
    step('plan', 'root', 0, 1),
    step('think', 'plan', 0, 1, { step_type: 'llm', step_name: 'think' }),
    step('tool', 'root', 1, 2, { step_type: 'tool', status: 'timeout', error_message: 'too slow', error_type: 'T' }),
    step('late', 'root', 1, null, { status: 'running' }),
  ]
  const values = spans.map((row) => withDocuments(row as BinaryRow))
  await clickhouse.client.insert({ table: 'spans', format: 'JSONEachRow', values })
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const ids = (body: { logs: { id: string }[] }) => body.logs.map(({ id }) => id)

describe('the logs', () => {
  it('are those of the last day, newest first, without queries', async () => {
    const { status, body } = await api.get(LOGS)
    expect(status).toBe(200)
    expect(ids(body)).toEqual(['open', 'chat', 'plain', 'bob-1', 'part', 'broken', 'no', 'slow', 'stopped', 'aside'])
    expect(body).toMatchObject({ total: 10, count: 10, offset: 0, limit: 50, next_cursor: null })
  })

  it('tell messages cut at 200 whole characters, failed nodes and the error', async () => {
    const { logs } = (await api.get(LOGS)).body
    expect(logs[1]).toEqual({
      id: 'chat',
      conversation_id: 'talk',
      user_id: 'ann',
      request_message: `${'x'.repeat(198)}😀😀`,
      response_message: 'Sunny',
      status: 'completed',
      started_at: '2026-11-20T11:30:00.000Z',
      completed_at: '2026-11-20T11:30:02.000Z',
      total_duration_ms: 2000,
      failed_nodes: [],
      error_summary: null,
    })
    expect(logs[2]).toMatchObject({ request_message: 'words', response_message: '{"a":1}' })
    expect(logs[4]).toMatchObject({ status: 'partial', failed_nodes: ['look up'], request_message: null })
    expect(logs[5]).toMatchObject({ failed_nodes: ['look up', 'send'], error_summary: 'no city' })
    expect(logs[6]).toMatchObject({ status: 'failed', error_summary: 'Refused' })
    expect(logs[0]).toMatchObject({ status: 'running', completed_at: null, total_duration_ms: null })
  })

  it('are filtered by the words of the view, by user and conversation', async () => {
    const asked = async (query: string) => ids((await api.get(`${LOGS}?${query}`)).body)
    expect(await asked('status=failed')).toEqual(['broken', 'no', 'slow', 'stopped'])
    expect(await asked('status=running')).toEqual(['open', 'aside'])
    expect(await asked('status=partial&status=completed')).toEqual(['chat', 'plain', 'bob-1', 'part'])
    expect(await asked('user_id=bob')).toEqual(['bob-1'])
    expect(await asked('user_id=nobody')).toEqual([])
    expect(await asked('conversation_id=talk&hours=168')).toEqual(['chat', 'plain', 'aside', 'old'])
    expect(await asked('kind=query')).toEqual(['sql'])
    expect(await asked('from=2026-11-20T10:40:00Z&to=2026-11-20T10:59:00Z')).toEqual(['part', 'broken'])
    expect(await asked('hours=1')).toEqual(['open', 'chat'])
  })

  it('come in pages, by offset and by cursor, that agree', async () => {
    const first = (await api.get(`${LOGS}?limit=4`)).body
    const second = (await api.get(`${LOGS}?limit=4&cursor=${first.next_cursor}`)).body
    expect(ids(second)).toEqual(['part', 'broken', 'no', 'slow'])
    const third = (await api.get(`${LOGS}?limit=4&cursor=${second.next_cursor}`)).body
    expect([ids(third), third.next_cursor, third.total]).toEqual([['stopped', 'aside'], null, 10])
    const byOffset = (await api.get(`${LOGS}?limit=4&offset=4`)).body
    expect([ids(byOffset), byOffset.offset, byOffset.total]).toEqual([ids(second), 4, 10])
    expect(ids((await api.get(`${LOGS}?limit=4&offset=8`)).body)).toEqual(['stopped', 'aside'])
    expect(ids((await api.get(`${LOGS}?offset=10`)).body)).toEqual([])
  })

  it('refuse what they do not take, by name', async () => {
    for (const [query, field] of [
      ['limit=201', 'limit'],
      ['hours=169', 'hours'],
      ['status=success', 'status'],
      ['hours=2&from=2026-11-20T10:40:00Z', 'hours'],
      ['days=1', 'days'],
      ['cursor=x', 'cursor'],
    ]) {
      const { status, body } = await api.get(`${LOGS}?${query}`)
      expect([status, body.code, body.errors?.[0]?.field ?? body.detail]).toEqual([
        400,
        'invalid_parameter',
        expect.stringContaining(field!),
      ])
    }
    const { next_cursor } = (await api.get(`${LOGS}?limit=1`)).body
    expect((await api.get(`${LOGS}?offset=1&cursor=${next_cursor}`)).status).toBe(400)
  })
})

describe('the logs of a conversation', () => {
  it('are all that is retained, newest first', async () => {
    const { body } = await api.get('/api/v1/monitoring/conversations/talk/logs')
    expect(ids(body)).toEqual(['chat', 'plain', 'aside', 'old'])
    expect(body).toMatchObject({ total: 4, limit: 20, offset: 0 })
    const page = (await api.get('/api/v1/monitoring/conversations/talk/logs?limit=2&offset=1')).body
    expect([ids(page), page.total]).toEqual([['plain', 'aside'], 4])
    expect((await api.get('/api/v1/monitoring/conversations/unheard%20of/logs')).body).toMatchObject({
      total: 0,
      logs: [],
    })
  })
})

describe('one log', () => {
  it('is whole, with what its nodes did in order of end', async () => {
    const { status, body } = await api.get(`${LOGS}/chat`)
    expect(status).toBe(200)
    expect(body.request_message).toBe(`${'x'.repeat(198)}😀😀😀`)
    const entry = (name: string, parent: string | null, more: object) => ({
      node: name,
      status: 'completed',
      execution_time_ms: 1000,
      id: hex(name),
      parent: parent === null ? null : hex(parent),
      type: 'node',
      depth: parent === null ? 0 : 1,
      ...more,
    })
    expect(body.execution_trace).toEqual([
      entry('think', 'plan', { type: 'llm', timestamp: '2026-11-20T11:30:01.000Z' }),
      entry('plan', null, { timestamp: '2026-11-20T11:30:01.000Z' }),
      entry('tool', null, {
        type: 'tool',
        status: 'failed',
        error: 'too slow',
        timestamp: '2026-11-20T11:30:02.000Z',
      }),
      entry('late', null, { status: 'running', execution_time_ms: null, timestamp: '2026-11-20T11:30:01.000Z' }),
    ])
  })

  it('has no trace once its spans are gone, and is 404 if nobody has it', async () => {
    expect((await api.get(`${LOGS}/plain`)).body).toMatchObject({ id: 'plain', execution_trace: [] })
    expect((await api.get(`${LOGS}/theirs`)).body.code).toBe('execution_not_found')
  })
})

describe('the figures', () => {
  it('count by the words of the view', async () => {
    const { status, body } = await api.get('/api/v1/monitoring/stats')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      time_range_hours: 24,
      total_executions: 10,
      by_status: { completed: 3, failed: 4, partial: 1, running: 2 },
      // 3 of 8 that are over.
      success_rate: 37.5,
      // 2000 + 1000 + 1000 + 1000 + 4000 + 1000 + 1000 over the seven that have a duration.
      avg_duration_ms: 1571.429,
      failed_nodes_breakdown: { 'look up': 2, send: 1 },
      meta: { source: 'raw', running: 2, to: '2026-11-20T12:00:01.000Z', from: '2026-11-19T12:00:01.000Z' },
    })
  })

  it('agree with the key figures, also over a week of rollups that are not built yet', async () => {
    const week = (await api.get('/api/v1/monitoring/stats?hours=168')).body
    const kpis = (await api.get('/api/v1/observability/kpis?time_range=7d')).body
    expect(week).toMatchObject({
      time_range_hours: 168,
      total_executions: 11,
      by_status: { completed: 4, failed: 4, partial: 1, running: 2 },
      meta: { source: 'rollup' },
    })
    expect([week.total_executions, week.success_rate, week.avg_duration_ms]).toEqual([
      kpis.total_executions,
      kpis.success_rate,
      kpis.avg_duration_ms,
    ])
    const span = 'from=2026-11-20T10:30:00Z&to=2026-11-20T12:00:00Z'
    expect((await api.get(`/api/v1/monitoring/stats?${span}`)).body).toMatchObject({
      time_range_hours: 1.5,
      total_executions: 7,
    })
  })

  it('are nothing over nothing', async () => {
    const { body } = await api.get('/api/v1/monitoring/stats?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z')
    expect(body).toMatchObject({
      total_executions: 0,
      by_status: { completed: 0, failed: 0, partial: 0, running: 0 },
      success_rate: null,
      avg_duration_ms: null,
      failed_nodes_breakdown: {},
    })
  })
})
