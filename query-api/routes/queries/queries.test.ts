import type { BinaryRow } from '@runlens/clickhouse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ExecutionParts,
  insertExecutions,
  startApi,
  type TestApi,
  traceCell,
  traceHex,
} from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { rebuildDirtyHours } from '../../../test/kit/rollups.ts'
import { startDatabase, withDocuments } from '../../../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
const OF_ANN = '/api/v1/executions/ann'
let clickhouse: TestClickHouse
let api: TestApi

const at = (time: string) => `2026-11-${time}`
/** An execution that is a query, or holds some. */
const execution = (id: string, start: string, end: string | null, more: Partial<ExecutionParts>): ExecutionParts => ({
  execution_id: id,
  kind: 'query',
  user_id: 'ann',
  started_at: at(start),
  ...(end === null ? {} : { ended_at: at(end) }),
  ...more,
})
const step = (name: string, start: string, end: string | null, more: object) => ({
  key: traceCell(1) + name.padEnd(8, '_'),
  started_at: at(start),
  ended_at: end === null ? '1970-01-01 00:00:00' : at(end),
  database_type: 'postgresql',
  status: 'success',
  text: `SELECT ${name}`,
  rows_total: null,
  rows_returned: null,
  details: '',
  ...more,
})
const stepId = (name: string) => `${traceHex(1)}-${Buffer.from(name.padEnd(8, '_')).toString('hex')}`

const ROWS: ExecutionParts[] = [
  execution('q1', '20 11:30:00.000', '20 11:30:02.000', {
    database_type: 'postgresql',
    query: 'SELECT 1',
    rows_total: '100',
    rows_returned: '10',
    conversation_id: 'talk',
    attributes: { 'runlens.query.complexity': 'high', 'runlens.query.page': '2', 'runlens.query.page_size': '10' },
  }),
  execution('q2', '20 10:30:00.000', '20 10:30:01.000', {
    database_type: 'mysql',
    status: 'error',
    error_type: 'Deadlock',
    error_message: 'two\twaited',
  }),
  execution('q3', '20 09:00:00.000', '20 09:00:01.000', { database_type: 'starburst', status: 'cancelled' }),
  execution('q4', '20 08:00:00.000', '20 08:00:01.000', { database_type: 'starburst', status: 'partial' }),
  execution('q5', '18 08:00:00.000', null, { database_type: 'starburst', status: 'running' }),
  execution('job', '20 11:00:00.000', null, {
    kind: 'workflow',
    status: 'running',
    last_seen_at: at('20 11:59:00.000'),
    conversation_id: 'work',
    query_count: 3,
    queries: [
      step('s1', '20 11:00:01.000', '20 11:00:02.000', { rows_returned: 5 }),
      step('s2', '20 11:00:03.000', '20 11:00:07.000', {
        status: 'timeout',
        rows_total: 7,
        details: 'low\t1\t50\tTimeout\ttoo\tslow',
      }),
      step('s3', '20 11:00:04.000', null, { status: 'running' }),
    ],
  }),
  execution('long', '20 09:59:59.000', '20 10:01:00.000', {
    kind: 'agent',
    query_count: 1,
    queries: [step('next', '20 10:00:05.000', '20 10:00:05.500', { database_type: 'kdb' })],
  }),
  execution('b1', '20 11:40:00.000', '20 11:40:03.000', { user_id: 'bob', status: 'failed', database_type: 'kdb' }),
  execution('nobody', '20 11:41:00.000', '20 11:41:01.000', { user_id: '', database_type: 'kdb' }),
  // Older than a week, but not forgotten.
  execution('old', '01 11:00:00.000', '01 11:00:01.000', { user_id: 'bob', database_type: 'kdb' }),
  execution('theirs', '20 11:00:00.000', '20 11:00:01.000', { tenant: 'acme' }),
  execution('plain', '20 11:00:00.000', '20 11:00:01.000', { kind: 'workflow' }),
]
const NEWEST_FIRST = ['q1', stepId('s3'), stepId('s2'), stepId('s1'), 'q2', stepId('next'), 'q3', 'q4', 'q5']

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
  await insertExecutions(clickhouse.client, ROWS)
  const span = {
    tenant: 'default',
    received_at: at('20 11:00:08.000'),
    trace_id: traceCell(1),
    span_id: 's2______',
    parent_span_id: 'span0001',
    name: 'SELECT',
    kind: 3,
    started_at: at('20 11:00:03.000'),
    ended_at: at('20 11:00:07.000'),
    service: 'shop',
    role: 'step',
    status: 'timeout',
    step_name: 'orders',
    step_type: 'db',
    query: 'SELECT the whole of it',
    attributes: {
      'db.query.text': 'SELECT the whole of it',
      'runlens.query.connection.host': 'db-1',
      'runlens.query.request.timeout_ms': '4000',
    },
    attribute_types: 'sss',
  }
  const values = [withDocuments(span as BinaryRow)]
  await clickhouse.client.insert({ table: 'spans', format: 'JSONEachRow', values })
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const ids = (body: { executions: { id: string }[] }) => body.executions.map(({ id }) => id)
const asked = async (query: string) => ids((await api.get(`${OF_ANN}?${query}`)).body)

/** What must hold whether an hour is rebuilt or not. */
function answers(): void {
  it('the list has queries and database steps of the user, newest first', async () => {
    const { status, body } = await api.get(OF_ANN)
    expect(status).toBe(200)
    expect(ids(body)).toEqual(NEWEST_FIRST)
    expect({ ...body, executions: [] }).toEqual({
      user_id: 'ann',
      executions: [],
      count: 9,
      limit: 100,
      offset: 0,
      next_cursor: null,
    })
    expect(body.executions[0]).toEqual({
      id: 'q1',
      execution_id: 'q1',
      query: 'SELECT 1',
      database_type: 'postgresql',
      query_complexity: 'high',
      status: 'success',
      execution_time: 2,
      total_rows: 100,
      returned_rows: 10,
      page: 2,
      page_size: 10,
      error_message: null,
      error_type: null,
      started_at: '2026-11-20T11:30:00.000Z',
      completed_at: '2026-11-20T11:30:02.000Z',
      conversation_id: 'talk',
    })
    expect(body.executions[2]).toEqual({
      id: stepId('s2'),
      execution_id: stepId('s2'),
      query: 'SELECT s2',
      database_type: 'postgresql',
      query_complexity: 'low',
      status: 'timeout',
      execution_time: 4,
      total_rows: 7,
      returned_rows: null,
      page: 1,
      page_size: 50,
      error_message: 'too\tslow',
      error_type: 'Timeout',
      started_at: '2026-11-20T11:00:03.000Z',
      completed_at: '2026-11-20T11:00:07.000Z',
      conversation_id: 'work',
    })
    expect(body.executions[1]).toMatchObject({ status: 'running', execution_time: null, completed_at: null })
    expect(body.executions[4]).toMatchObject({ status: 'error', error_type: 'Deadlock', error_message: 'two\twaited' })
  })

  it('the list is filtered by words of the view, database and range', async () => {
    expect(await asked('status=success')).toEqual(['q1', stepId('s1'), stepId('next'), 'q4'])
    expect(await asked('status=error')).toEqual(['q2', 'q3', 'q5'])
    expect(await asked('status=running&status=timeout')).toEqual([stepId('s3'), stepId('s2')])
    expect(await asked('database_type=postgresql')).toEqual(NEWEST_FIRST.slice(0, 4))
    expect(await asked('database_type=nosuch')).toEqual([])
    expect(await asked('days=1')).toEqual(NEWEST_FIRST.slice(0, 8))
    // By the start of the query, not of the execution around it.
    expect(await asked('from=2026-11-20T10:00:05Z&to=2026-11-20T11:00:03Z')).toEqual(NEWEST_FIRST.slice(3, 6))
  })

  it('pages by offset and by cursor agree', async () => {
    expect(await asked('limit=3&offset=2')).toEqual(NEWEST_FIRST.slice(2, 5))
    expect(await asked('offset=9')).toEqual([])
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await api.get(`${OF_ANN}?limit=2${cursor}`)
      seen.push(...ids(body))
      if (body.next_cursor === null) break
      cursor = `&cursor=${body.next_cursor}`
    }
    expect(seen).toEqual(NEWEST_FIRST)
  })

  it('figures of a user', async () => {
    const { status, body } = await api.get(`${OF_ANN}/stats`)
    expect(status).toBe(200)
    const { meta, ...figures } = body
    expect(figures).toEqual({
      user_id: 'ann',
      period_days: 7,
      total_executions: 9,
      // q1, s1, next, and q4, which is partial.
      success_count: 4,
      failed_count: 0,
      // q2, q3 (cancelled), q5 (lost).
      error_count: 3,
      timeout_count: 1,
      // q1, s1 and next of the 8 that are over.
      success_rate: 37.5,
      // 2 + 1 + 4 + 1 + 0.5 + 1 + 1 over the seven that have ended.
      avg_execution_time: 1.5,
      max_execution_time: 4,
      // 100 of q1, 5 of s1, 7 of s2.
      total_rows_processed: 112,
    })
    expect(meta).toMatchObject({ source: 'rollup', running: 1, to: '2026-11-20T13:00:00.000Z' })
    expect((await api.get(`${OF_ANN}/stats?days=1`)).body).toMatchObject({ period_days: 1, total_executions: 8 })
    // Edges that cut hours: from s2 on, up to and without q1.
    const edges = 'from=2026-11-20T11:00:03Z&to=2026-11-20T11:30:00Z'
    expect((await api.get(`${OF_ANN}/stats?${edges}`)).body).toMatchObject({ total_executions: 2, timeout_count: 1 })
    // The step alone: its execution started in the hour before.
    const next = 'from=2026-11-20T10:00:05Z&to=2026-11-20T10:00:06Z'
    expect((await api.get(`${OF_ANN}/stats?${next}`)).body).toMatchObject({ total_executions: 1, success_count: 1 })
  })

  it('figures by type of database', async () => {
    const { body } = await api.get(`${OF_ANN}/database-stats`)
    const of = (
      database_type: string,
      execution_count: number,
      success_count: number,
      failed_count: number,
      avg: number,
    ) => ({
      database_type,
      execution_count,
      success_count,
      failed_count,
      avg_execution_time: avg,
    })
    expect(body.user_id).toBe('ann')
    expect(body.database_stats.slice(0, 2)).toEqual([
      of('postgresql', 4, 2, 1, 2.333333),
      // q3 is cancelled and q5 lost: both are errors here.
      of('starburst', 3, 1, 2, 1),
    ])
    expect(body.database_stats.slice(2)).toEqual(
      expect.arrayContaining([of('kdb', 1, 1, 0, 0.5), of('mysql', 1, 0, 1, 1)]),
    )
  })

  it('figures of all users', async () => {
    const { body } = await api.get('/api/v1/executions/stats/global')
    expect(body).toMatchObject({
      period_days: 7,
      total_executions: 11,
      success_count: 5,
      failed_count: 1,
      error_count: 3,
    })
    expect(body).not.toHaveProperty('user_id')
    const year = (await api.get('/api/v1/executions/stats/global?days=365')).body
    expect(year).toMatchObject({ period_days: 365, total_executions: 12 })
    const { database_stats } = (await api.get('/api/v1/executions/database-stats/global')).body
    expect(database_stats.find((one: { database_type: string }) => one.database_type === 'kdb')).toEqual({
      database_type: 'kdb',
      execution_count: 3,
      success_count: 2,
      failed_count: 1,
      avg_execution_time: 1.5,
    })
  })
}

describe('queries while no hour is rebuilt', answers)

describe('queries while every hour is rebuilt', () => {
  beforeAll(() => rebuildDirtyHours(clickhouse.client))
  answers()
})

describe('a database step by its id', () => {
  const DETAIL = '/api/v1/executions/id'
  it('is an execution of kind query, with its span and the execution around it', async () => {
    const { status, body } = await api.get(`${DETAIL}/${stepId('s2')}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      execution_id: stepId('s2'),
      kind: 'query',
      workflow_name: 'orders',
      status: 'timeout',
      user_id: 'ann',
      conversation_id: 'work',
      database_type: 'postgresql',
      query: 'SELECT the whole of it',
      started_at: '2026-11-20T11:00:03.000Z',
      ended_at: '2026-11-20T11:00:07.000Z',
      duration_ms: 4000,
      error_type: 'Timeout',
      error_message: 'too\tslow',
      rows_total: 7,
      rows_returned: null,
      trace_id: traceHex(1),
      parent_execution_id: 'job',
      attributes: { 'db.query.text': 'SELECT the whole of it', 'runlens.query.connection.host': 'db-1' },
      connection: { host: 'db-1' },
      request: { timeout_ms: '4000' },
      response: {},
    })
    expect(body.links.parent).toEqual({
      execution_id: 'job',
      instance: 'shop',
      workflow_name: 'Workflow one',
      status: 'running',
      started_at: '2026-11-20T11:00:00.000Z',
    })
  })

  it('is told without its span, too', async () => {
    const { body } = await api.get(`${DETAIL}/${stepId('s1')}`)
    expect(body).toMatchObject({ query: 'SELECT s1', workflow_name: null, attributes: {}, connection: {} })
  })

  it('is 404 where no execution has it', async () => {
    expect((await api.get(`${DETAIL}/${stepId('s1')}?instance=other`)).body.code).toBe('execution_not_found')
    expect((await api.get(`${DETAIL}/${stepId('nosuch')}`)).body.code).toBe('execution_not_found')
    expect((await api.get(`${DETAIL}/${'0'.repeat(32)}-${'0'.repeat(16)}`)).body.code).toBe('execution_not_found')
  })

  it('the maps of an execution that is a query stand beside its attributes', async () => {
    const { body } = await api.get(`${DETAIL}/q1`)
    expect(body).toMatchObject({ kind: 'query', connection: {}, request: {}, response: {} })
    expect(body.attributes['runlens.query.complexity']).toBe('high')
  })
})

describe('a user that nobody has', () => {
  it('has nothing: zeros, no rate', async () => {
    expect((await api.get('/api/v1/executions/unheard%20of')).body).toMatchObject({
      user_id: 'unheard of',
      executions: [],
      count: 0,
    })
    expect((await api.get('/api/v1/executions/none/stats')).body).toMatchObject({
      total_executions: 0,
      success_count: 0,
      success_rate: null,
      avg_execution_time: null,
      max_execution_time: null,
      total_rows_processed: 0,
    })
    expect((await api.get('/api/v1/executions/none/database-stats')).body).toMatchObject({ database_stats: [] })
  })
})

describe('parameters', () => {
  it.each([
    ['', 'limit=0', 'limit'],
    ['', 'limit=1001', 'limit'],
    ['', 'status=completed', 'status'],
    ['', 'days=366', 'days'],
    ['', 'days=1&to=2026-11-20T11:00:03Z', 'days'],
    ['', 'cursor=x', 'cursor'],
    ['/stats', 'days=0', 'days'],
    ['/database-stats', 'limit=1', 'limit'],
  ])('%s?%s are refused by name', async (path, query, field) => {
    const { status, body } = await api.get(`${OF_ANN}${path}?${query}`)
    expect([status, body.code]).toEqual([400, 'invalid_parameter'])
    expect(body.detail).toContain(field)
  })
})
