import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { startDatabase } from '../../../test/kit/stack-db.ts'
import { readDirtyHours, rebuildHour } from '../../../worker/rollup/rebuild-hours.ts'
import { LOCAL_ADMIN } from '../../access/caller.ts'
import { createMetrics } from '../../metrics.ts'
import { createRunner } from '../../run.ts'
import { listErrors } from './list-errors.ts'
import { oneError } from './one-error.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
let now = NOW
let clickhouse: TestClickHouse
let api: TestApi

const ended = (id: string, at: string, more: Partial<ExecutionParts> = {}): ExecutionParts => ({
  execution_id: id,
  started_at: `2026-11-${at}`,
  ended_at: `2026-11-${at}`,
  duration_ms: 10,
  ...more,
})
const order = (id: string, at: string, n: number, more: Partial<ExecutionParts> = {}) =>
  ended(id, at, {
    status: 'error',
    error_type: 'OrderError',
    error_class: 'not_found',
    error_message: `Order ${n} not found`,
    error_fingerprint: 'orders',
    failed_step: 'load',
    workflow_version: 'v2',
    attributes: { region: 'eu', 'http.status_code': '404' },
    ...more,
  })

/** The last 24 hours: three of one group, and one each that timed out, told nothing, and was lost. */
const ROWS: ExecutionParts[] = [
  order('a1', '20 11:30:00.000', 17, { user_id: 'ann' }),
  order('a2', '20 11:45:00.000', 18, { user_id: 'bob' }),
  order('a3', '20 10:15:00.000', 19, { user_id: 'ann', workflow_id: 'w2', workflow_name: 'Workflow two' }),
  // The period before.
  order('a0', '18 15:00:00.000', 20),
  order('first', '05 10:00:00.000', 21, { workflow_id: 'w3', environment: 'production' }),
  ended('t1', '20 11:00:00.000', {
    status: 'timeout',
    error_type: 'TimeoutError',
    error_class: 'timeout',
    error_fingerprint: 'slow',
    environment: 'production',
  }),
  ended('u1', '20 09:00:00.000', { status: 'failed' }),
  {
    execution_id: 'l1',
    started_at: '2026-11-19 13:00:00.000',
    status: 'running',
    last_seen_at: '2026-11-19 13:00:00.000',
    heartbeat_at: '2026-11-19 13:00:00.000',
  },
  // A query is in this view only when asked for.
  ended('q1', '20 11:00:00.000', { kind: 'query', status: 'error', error_fingerprint: 'sql', error_message: 'no "t"' }),
  ended('theirs', '20 11:00:00.000', { tenant: 'acme', status: 'error', error_fingerprint: 'orders' }),
  // Twenty successes, two of them in the region of the failures.
  ...Array.from({ length: 20 }, (_, n) =>
    ended(`s${n}`, `20 10:${20 + n}:00.000`, {
      workflow_id: n < 2 ? 'w2' : 'w1',
      workflow_version: 'v1',
      attributes: { region: n < 2 ? 'eu' : 'us', 'http.status_code': '200' },
    }),
  ),
  // Amended: what first looked failed is a success.
  ended('s0', '20 10:20:00.000', { status: 'error', error_fingerprint: 'orders', version: '0', workflow_id: 'w2' }),
]

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => now })
  await insertExecutions(clickhouse.client, ROWS)
  for (const hour of await readDirtyHours(clickhouse.client, 0)) await rebuildHour(clickhouse.client, hour)
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

// biome-ignore lint/suspicious/noExplicitAny: the body of any route
type Body = any

const get = async (path: string): Promise<Body> => {
  const { status, body } = await api.get(`/api/v1/${path}`)
  expect([path, status, body.detail]).toEqual([path, 200, undefined])
  return body
}
const list = (query = '') => get(`observability/errors${query}`)
const names = (body: Body): string[] => body.errors.map((each: Body) => each.fingerprint)
const patch = async (fingerprint: string, change: unknown) => {
  const response = await fetch(`${api.url}/api/v1/errors/${fingerprint}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(change),
  })
  return { status: response.status, body: (await response.json()) as Body }
}

describe('groups of errors', () => {
  it('come by impact, with what is known of each', async () => {
    const body = await list()
    // orders: 3 executions × 2 users; the others one each, the latest first.
    expect(names(body)).toEqual(['orders', 'slow', 'unknown', 'lost'])
    expect(body).toMatchObject({ count: 4, total: 4, total_executions: 6, meta: { source: 'raw', running: 0 } })
    expect(body.errors[0]).toMatchObject({
      error_type: 'OrderError',
      error_class: 'not_found',
      template: 'Order <n> not found',
      state: 'open',
      count: 3,
      first_seen: '2026-11-05T10:00:00.000Z',
      last_seen: '2026-11-20T11:45:00.000Z',
      affected_workflows: 2,
      affected_users: 2,
      trend: { previous_count: 1, change: 200 },
      failed_steps: ['load'],
    })
    expect(body.errors[0].sample_messages).toEqual([
      {
        execution_id: 'a2',
        instance: 'shop',
        workflow_id: 'w1',
        error_message: 'Order 18 not found',
        started_at: '2026-11-20T11:45:00.000Z',
      },
      expect.objectContaining({ execution_id: 'a1', error_message: 'Order 17 not found' }),
      expect.objectContaining({ execution_id: 'a3', workflow_id: 'w2' }),
    ])
  })

  it('without a message are unknown errors', async () => {
    const [, slow, unknown, lost] = (await list()).errors
    const none = { template: 'Unknown error', affected_users: 0, trend: { previous_count: 0, change: null } }
    expect(slow).toMatchObject({ ...none, error_type: 'TimeoutError', error_class: 'timeout' })
    expect(unknown).toMatchObject({ ...none, error_type: null, error_class: 'unknown', failed_steps: [] })
    expect(lost.sample_messages).toMatchObject([{ execution_id: 'l1', error_message: 'Unknown error' }])
  })

  it('have a sparkline that adds up', async () => {
    const { sparkline_data: points } = (await list()).errors[0]
    expect(points).toHaveLength(24)
    // 10:00:01 to 11:00:01 holds a3, the last hour a1 and a2.
    expect(points.slice(21)).toEqual([
      { timestamp: '2026-11-20T09:00:01.000Z', count: 0 },
      { timestamp: '2026-11-20T10:00:01.000Z', count: 1 },
      { timestamp: '2026-11-20T11:00:01.000Z', count: 2 },
    ])
  })

  it('are counted as the key figures count failures', async () => {
    for (const range of ['24h', '7d', '30d', '90d']) {
      const { failure_count } = await get(`observability/kpis?time_range=${range}`)
      expect([range, (await list(`?time_range=${range}`)).total_executions]).toEqual([range, failure_count])
    }
  })

  it('of a long range come from the rollup and say the same', async () => {
    const short = await list('?from=2026-11-19T12:00:01Z&to=2026-11-20T12:00:01Z')
    const long = await list('?from=2026-11-19T12:00:01Z&to=2026-11-22T00:00:00Z')
    expect([short.meta.source, long.meta.source]).toEqual(['raw', 'rollup'])
    const plain = ({ sparkline_data: _, trend: __, ...group }: Body) => group
    expect(long.errors.map(plain)).toEqual(short.errors.map(plain))
    const month = await list('?time_range=30d')
    expect(month.errors[0]).toMatchObject({ fingerprint: 'orders', count: 5, affected_workflows: 3 })
    expect(month.errors[0].sparkline_data.reduce((sum: number, { count }: Body) => sum + count, 0)).toBe(5)
    expect(month.errors[0].sample_messages.map((each: Body) => each.execution_id)).toEqual([
      'a2',
      'a1',
      'a3',
      'a0',
      'first',
    ])
  })

  it('are filtered by kind, environment and workflow, and limited', async () => {
    expect(names(await list('?kind=query'))).toEqual(['sql'])
    expect((await list('?kind=query')).errors[0].template).toBe('no <value>')
    expect(names(await list('?environment=production'))).toEqual(['slow'])
    expect((await list('?workflow_id=w2')).errors).toMatchObject([{ fingerprint: 'orders', count: 1 }])
    // Seen first in another workflow and environment.
    expect((await list('?workflow_id=w2')).errors[0].first_seen).toBe('2026-11-05T10:00:00.000Z')
    expect(await list('?limit=1')).toMatchObject({ count: 1, total: 4, total_executions: 6 })
    expect(await list('?environment=nowhere')).toMatchObject({ errors: [], count: 0, total: 0 })
  })
})

describe('one group', () => {
  it('tells whom it hits', async () => {
    const body = await get('errors/orders?time_range=30d')
    expect(body).toMatchObject({
      fingerprint: 'orders',
      count: 5,
      lifecycle: { state: 'open', set_at: null, set_by: null, count_since: null },
      first_execution: { execution_id: 'first', workflow_id: 'w3', started_at: '2026-11-05T10:00:00.000Z' },
      last_execution: { execution_id: 'a2' },
      workflows: [
        { workflow_id: 'w1', workflow_name: 'Workflow one', count: 3, last_seen: '2026-11-20T11:45:00.000Z' },
        { workflow_id: 'w2', workflow_name: 'Workflow two', count: 1 },
        { workflow_id: 'w3', count: 1 },
      ],
      versions: [
        { workflow_id: 'w1', version: 'v2', count: 3 },
        { workflow_id: 'w2', version: 'v2', count: 1 },
        { workflow_id: 'w3', version: 'v2', count: 1 },
      ],
      users: [
        { user_id: 'ann', count: 2 },
        { user_id: 'bob', count: 1 },
      ],
      environments: [
        { environment: 'default', count: 4 },
        { environment: 'production', count: 1 },
      ],
      services: [],
      meta: { source: 'rollup' },
    })
  })

  it('tells what its executions have in common that successes have not', async () => {
    const { common } = await get('errors/orders')
    // Standard errors: version 1 / √(3/23 · 20/23 · (1/3 + 1/20)) = 4.8; user ⅔ / √(2/23 · 21/23 · …) = 3.8;
    // region 0.9 / √(5/23 · 18/23 · …) = 3.5. The workflow is as common among successes, the status code says the outcome.
    expect(common).toEqual([
      {
        field: 'version',
        value: 'v2',
        failing: { count: 3, of: 3, percent: 100 },
        succeeding: { count: 0, of: 20, percent: 0 },
        lift: null,
        text: 'All 3 failures have version = v2; none of 20 successes has it.',
      },
      expect.objectContaining({
        field: 'user',
        value: 'ann',
        text: '66.67 % of the failures have user = ann; none of 20 successes has it.',
      }),
      {
        field: 'attr.region',
        value: 'eu',
        failing: { count: 3, of: 3, percent: 100 },
        succeeding: { count: 2, of: 20, percent: 10 },
        lift: 10,
        text: 'All 3 failures have attr.region = eu; 10 % of the successes do.',
      },
    ])
  })

  it('of which nothing is in the range has zeros, and is not gone', async () => {
    const body = await get('errors/orders?from=2026-11-10T00:00:00Z&to=2026-11-11T00:00:00Z')
    expect(body).toMatchObject({
      error_type: 'OrderError',
      error_class: 'not_found',
      template: 'Order <n> not found',
      count: 0,
      last_seen: '2026-11-20T11:45:00.000Z',
      sample_messages: [],
      workflows: [],
      common: [],
    })
  })

  it('may be the lost ones, those that told nothing, and those of queries', async () => {
    expect(await get('errors/lost')).toMatchObject({ count: 1, last_execution: { execution_id: 'l1' } })
    expect(await get('errors/unknown')).toMatchObject({ count: 1, last_execution: { execution_id: 'u1' } })
    expect(await get('errors/sql')).toMatchObject({ count: 1, common: [] })
  })

  it('that nobody saw is not found', async () => {
    for (const asked of [api.get('/api/v1/errors/none'), patch('none', { state: 'resolved' })]) {
      const { status, body } = await asked
      expect([status, body.code]).toEqual([404, 'error_group_not_found'])
    }
  })
})

describe('a user', () => {
  const asked = (owner: string) => {
    const client = clickhouse.client
    const runner = createRunner({ client, queriesMax: 4, queryTimeoutMs: 20_000, cacheMs: 0, observe: createMetrics() })
    const services = { runner, now: () => NOW, lostAfterMs: 86_400_000 } as never
    const { signal } = new AbortController()
    const caller = { ...LOCAL_ADMIN, role: 'user', subject: owner } as const
    return {
      caller,
      scope: { tenant: 'default', owner },
      services,
      signal,
      headers: {},
      attributes: [],
      body: undefined,
    }
  }

  it('sees the groups of its own executions, and nothing of others in them', async () => {
    const answer = (await listErrors.handle({
      ...asked('bob'),
      path: {},
      query: { time_range: '30d', limit: 50 },
    })) as Body
    expect(answer.json.errors).toMatchObject([
      { fingerprint: 'orders', count: 1, affected_users: 1, first_seen: '2026-11-20T11:45:00.000Z' },
    ])
    expect(answer.json.errors[0].sample_messages).toHaveLength(1)
    const one = oneError.handle({ ...asked('bob'), path: { fingerprint: 'orders' }, query: {} }) as Promise<Body>
    expect((await one).json).toMatchObject({ count: 1, users: [{ user_id: 'bob', count: 1 }] })
    const other = oneError.handle({ ...asked('bob'), path: { fingerprint: 'slow' }, query: {} }) as Promise<Body>
    await expect(other).rejects.toMatchObject({ code: 'error_group_not_found' })
  })
})

describe('the state of a group', () => {
  const stateOf = async (fingerprint: string) => (await get(`errors/${fingerprint}`)).lifecycle
  let more = 0
  /** Some seconds later one more of the group was seen. */
  const seeOneMore = async (fingerprint: string, status: ExecutionParts['status'] = 'error') => {
    now += 10_000
    const started_at = new Date(now - 5_000).toISOString().replace('T', ' ').replace('Z', '')
    const id = `more${++more}`
    await insertExecutions(clickhouse.client, [
      { execution_id: id, started_at, ended_at: started_at, status, error_fingerprint: fingerprint } as ExecutionParts,
    ])
  }

  it('is what somebody said, until it is seen again', async () => {
    const { status, body } = await patch('orders', { state: 'resolved' })
    expect([status, body]).toEqual([
      200,
      {
        fingerprint: 'orders',
        state: 'resolved',
        set_at: '2026-11-20T12:00:00.500Z',
        set_by: 'admin',
        until_count: null,
        until_rate: null,
        count_since: 0,
      },
    ])
    expect((await list()).errors[0]).toMatchObject({ fingerprint: 'orders', state: 'resolved' })
    expect(names(await list('?state=resolved'))).toEqual(['orders'])
    expect(names(await list('?state=open'))).toEqual(['slow', 'unknown', 'lost'])
    expect(names(await list('?state=open&state=resolved'))).toEqual(['orders', 'slow', 'unknown', 'lost'])
    expect(names(await list('?state=regressed&state=ignored'))).toEqual([])
    await seeOneMore('orders')
    expect(await stateOf('orders')).toMatchObject({ state: 'regressed', count_since: 1 })
    expect(names(await list('?state=regressed'))).toEqual(['orders'])
    expect(names(await list('?state=resolved'))).toEqual([])
  })

  it('that is ignored is open again after so many more', async () => {
    // One of this hour was seen already, which does not count.
    await patch('orders', { state: 'ignored', until_count: 2 })
    expect(await stateOf('orders')).toMatchObject({ state: 'ignored', until_count: 2, count_since: 0 })
    await seeOneMore('orders')
    expect(await stateOf('orders')).toMatchObject({ state: 'ignored', count_since: 1 })
    await seeOneMore('orders')
    expect(await stateOf('orders')).toMatchObject({ state: 'open', count_since: 2 })
    expect(names(await list('?state=open'))).toContain('orders')
  })

  it('that is ignored is open again after an hour with more than so many', async () => {
    await patch('slow', { state: 'ignored', until_rate: 1 })
    await seeOneMore('slow', 'timeout')
    expect(await stateOf('slow')).toMatchObject({ state: 'ignored', count_since: 1 })
    // The next hour has one too: never more than one in any.
    now += 3_600_000
    await seeOneMore('slow', 'timeout')
    expect(await stateOf('slow')).toMatchObject({ state: 'ignored', count_since: 2 })
    await seeOneMore('slow', 'timeout')
    expect(await stateOf('slow')).toMatchObject({ state: 'open', count_since: 3 })
  })

  it('can be taken back', async () => {
    await patch('slow', { state: 'ignored' })
    await seeOneMore('slow', 'timeout')
    expect(await stateOf('slow')).toMatchObject({ state: 'ignored', until_count: null, until_rate: null })
    await patch('slow', { state: 'open' })
    expect(await stateOf('slow')).toMatchObject({ state: 'open', set_by: 'admin', count_since: null })
  })

  it('has no ends but for what is ignored, and no other words', async () => {
    for (const change of [
      { state: 'resolved', until_count: 2 },
      { state: 'regressed' },
      { state: 'ignored', until_count: 0 },
      {},
    ]) {
      const { status, body } = await patch('slow', change)
      expect([change, status, body.code]).toEqual([change, 400, 'invalid_body'])
    }
  })
})
