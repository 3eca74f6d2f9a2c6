import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { rebuildDirtyHours } from '../../../test/kit/rollups.ts'
import { startDatabase } from '../../../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
let clickhouse: TestClickHouse
let api: TestApi

const ended = (id: string, at: string, duration: number, more: Partial<ExecutionParts> = {}): ExecutionParts => ({
  execution_id: id,
  started_at: `2026-11-${at}`,
  ended_at: `2026-11-${at}`,
  duration_ms: duration,
  ...more,
})

/** The last 24 hours: 4 success, 1 partial, 1 error, 1 timeout, 1 running; the 24 hours before: 2 success, 2 error, 1 lost. */
const ROWS: ExecutionParts[] = [
  ended('s1', '20 11:30:00.000', 100, { user_id: 'ann' }),
  ended('s2', '20 11:30:00.000', 200),
  ended('s3', '20 10:30:00.000', 300, { workflow_id: 'w2', workflow_name: 'Workflow two' }),
  ended('s4', '19 12:00:01.000', 400, { workflow_id: 'w2', workflow_name: 'Workflow two' }),
  ended('p1', '20 10:30:00.000', 500, { status: 'partial', user_id: 'ann', error_message: 'first' }),
  ended('e1', '20 10:31:00.000', 600, { status: 'error', user_id: 'bob', error_type: 'X', error_message: 'last' }),
  ended('t1', '20 10:29:00.000', 700, { status: 'timeout', workflow_id: 'w2', workflow_name: 'Workflow two' }),
  { execution_id: 'r1', started_at: '2026-11-20 11:00:00.000', status: 'running' },
  // The period before, up to its very end.
  ended('o1', '19 12:00:00.999', 1000),
  ended('o2', '19 09:30:00.000', 1000),
  ended('o3', '19 09:30:00.000', 1000, { status: 'error' }),
  ended('o4', '18 12:00:01.000', 1000, { status: 'error', workflow_id: 'w3' }),
  {
    execution_id: 'l1',
    started_at: '2026-11-19 10:00:00.000',
    status: 'running',
    last_seen_at: '2026-11-19 10:00:00.000',
  },
  // Neither kind is in this view unless asked for.
  ended('q1', '20 11:00:00.000', 9000, { kind: 'query' }),
  ended('h1', '20 11:00:00.000', 9000, { kind: 'request', environment: 'production' }),
  // Older than anything asked for here but 30 days.
  ended('x1', '05 11:00:00.000', 800, { workflow_id: 'w4', workflow_name: 'Workflow four' }),
  ended('x2', '05 11:59:59.999', 1600, { workflow_id: 'w4', workflow_name: 'Workflow four', status: 'error' }),
  ended('theirs', '20 11:00:00.000', 1, { tenant: 'acme' }),
]

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
  await insertExecutions(clickhouse.client, ROWS)
  await rebuildDirtyHours(clickhouse.client)
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const get = async (path: string) => {
  const { status, body } = await api.get(`/api/v1/observability/${path}`)
  expect([path, status]).toEqual([path, 200])
  return body
}

describe('key figures', () => {
  it('count, rate and time the executions that started in the range', async () => {
    expect(await get('kpis')).toMatchObject({
      total_executions: 8,
      success_count: 4,
      failure_count: 3,
      // 4 of 7 that are final.
      success_rate: 57.14,
      // (100 + 200 + 300 + 400 + 500 + 600 + 700) / 7
      avg_duration_ms: 400,
      p50_duration_ms: 400,
      p95_duration_ms: 700,
      p99_duration_ms: 700,
      meta: {
        from: '2026-11-19T12:00:01.000Z',
        to: '2026-11-20T12:00:01.000Z',
        source: 'raw',
        as_of: '2026-11-20T12:00:00.500Z',
        running: 1,
      },
    })
  })

  it('tell the change to the period before: in percent, of the rate in points', async () => {
    // Before: 5 executions, 2 success, 3 failures (one of them lost), 40 %, 1000 ms each.
    expect((await get('kpis')).delta_vs_previous).toEqual({
      total_executions: 60,
      success_count: 100,
      failure_count: 0,
      success_rate: 17.14,
      avg_duration_ms: -60,
      p50_duration_ms: -60,
      p95_duration_ms: -30,
      p99_duration_ms: -30,
    })
  })

  it('have a sparkline whose buckets are all there and end at the end of the range', async () => {
    const { sparkline_data: points } = await get('kpis')
    expect(points).toHaveLength(24)
    expect(points[0]).toEqual({
      timestamp: '2026-11-19T12:00:01.000Z',
      total: 1,
      success: 1,
      failure: 0,
      success_rate: 100,
      avg_duration_ms: 400,
      p95_duration_ms: 400,
    })
    // 10:00:01 to 11:00:01 holds s3, p1, e1, t1 and the running one.
    expect(points[22]).toEqual({
      timestamp: '2026-11-20T10:00:01.000Z',
      total: 5,
      success: 1,
      failure: 3,
      success_rate: 25,
      avg_duration_ms: 525,
      p95_duration_ms: 700,
    })
    expect(points[23]).toMatchObject({ timestamp: '2026-11-20T11:00:01.000Z', total: 2, success: 2 })
    expect(points[1]).toEqual({
      timestamp: '2026-11-19T13:00:01.000Z',
      total: 0,
      success: 0,
      failure: 0,
      success_rate: null,
      avg_duration_ms: null,
      p95_duration_ms: null,
    })
  })

  it.each([
    ['1h', 12],
    ['6h', 12],
    ['24h', 24],
    ['7d', 14],
    ['30d', 30],
    ['90d', 30],
  ])('of %s have %i buckets that add up to the whole', async (name, buckets) => {
    const body = await get(`kpis?time_range=${name}`)
    expect(body.sparkline_data).toHaveLength(buckets)
    const sum = body.sparkline_data.reduce((total: number, point: { total: number }) => total + point.total, 0)
    expect(sum).toBe(body.total_executions)
  })

  it('over nothing are zero, and null where there is nothing to measure', async () => {
    const body = await get('kpis?environment=nowhere')
    expect(body).toMatchObject({
      total_executions: 0,
      success_count: 0,
      failure_count: 0,
      success_rate: null,
      avg_duration_ms: null,
      p99_duration_ms: null,
      meta: { running: 0 },
    })
    expect(Object.values(body.delta_vs_previous)).toEqual(new Array(8).fill(null))
    expect(body.sparkline_data).toHaveLength(24)
  })

  it('have no change from zero', async () => {
    const body = await get('kpis?from=2026-11-05T11:00:00Z&to=2026-11-05T12:00:00Z')
    expect(body.total_executions).toBe(2)
    expect(body.delta_vs_previous.total_executions).toBeNull()
    expect(body.delta_vs_previous.success_rate).toBeNull()
  })

  it('cover other kinds when asked', async () => {
    expect((await get('kpis?kind=query')).total_executions).toBe(1)
    expect((await get('kpis?kind=query&kind=request')).total_executions).toBe(2)
    expect((await get('kpis?kind=request&environment=production')).total_executions).toBe(1)
  })

  it('agree with the list', async () => {
    const { body } = await api.get('/api/v1/executions?time_range=24h&status=success&kind=workflow')
    expect(body.total).toBe((await get('kpis')).success_count)
    const lost = await api.get('/api/v1/executions?status=lost')
    expect(lost.body.total).toBe(1)
  })
})

describe('a long range', () => {
  it('is read from the rollups and says so', async () => {
    const body = await get('kpis?time_range=30d')
    expect(body.meta).toMatchObject({
      source: 'rollup',
      from: '2026-10-21T13:00:00.000Z',
      to: '2026-11-20T13:00:00.000Z',
      running: 1,
    })
    // Everything but query and request: 8 + 5 + 2.
    expect(body).toMatchObject({ total_executions: 15, success_count: 7, failure_count: 7, success_rate: 50 })
  })

  it.each([
    ['2026-11-13T00:00:00Z', '2026-11-20T12:00:00Z'],
    ['2026-11-13T09:29:59.999Z', '2026-11-20T11:30:00.001Z'],
    ['2026-10-01T00:00:00Z', '2026-11-19T09:30:00Z'],
    ['2026-11-05T11:30:00Z', '2026-11-20T10:30:00Z'],
  ])('from %s to %s gives the counts of the rows', async (from, to) => {
    const body = await get(`kpis?from=${from}&to=${to}`)
    expect(body.meta.source).toBe('rollup')
    const count = async (status: string) => {
      const answer = await api.get(
        `/api/v1/executions?from=${from}&to=${to}&kind=workflow&kind=agent&kind=pipeline&kind=job${status}`,
      )
      return answer.body.total
    }
    expect(body.total_executions).toBe(await count(''))
    expect(body.success_count).toBe(await count('&status=success'))
    const failures = '&status=partial&status=failed&status=error&status=timeout&status=cancelled&status=lost'
    expect(body.failure_count).toBe(await count(failures))
  })

  it('has percentiles within 1.1 % and the exact average', async () => {
    const body = await get('kpis?from=2026-11-13T00:00:00Z&to=2026-11-20T12:00:00Z')
    // 11 durations: 100 … 700 and four of 1000; the median is the sixth, 600.
    expect(body.avg_duration_ms).toBeCloseTo((2800 + 4000) / 11, 3)
    expect(Math.abs(body.p50_duration_ms / 600 - 1)).toBeLessThanOrEqual(0.011)
    expect(Math.abs(body.p95_duration_ms / 1000 - 1)).toBeLessThanOrEqual(0.011)
  })

  it.each([
    // Buckets of 485 days; 26.9 years after the start is in the twenty-first.
    ['2000-01-01T00:00:00Z', '2031-11-21T00:00:00Z', 20],
    // Cut hours long before rollups begin, in the period before.
    ['1990-01-01T00:00:00.5Z', '2026-11-20T12:00:00Z', 23],
  ])('from %s to %s finds every execution, in its bucket', async (from, to, index) => {
    const { total_executions, sparkline_data } = await get(`kpis?from=${from}&to=${to}`)
    expect(total_executions).toBe(15)
    expect(sparkline_data).toHaveLength(24)
    expect(sparkline_data[index].total).toBe(15)
    const { workflows } = await get(`workflows?from=${from}&to=${to}`)
    const totals = workflows.map((each: { total_executions: number }) => each.total_executions)
    expect(totals.reduce((a: number, b: number) => a + b)).toBe(15)
  })

  it('tells the same of a workflow as a short one', async () => {
    const short = await get('workflows?from=2026-11-19T12:00:01Z&to=2026-11-20T12:00:01Z')
    const long = await get('workflows?from=2026-11-19T12:00:01Z&to=2026-11-22T00:00:00Z')
    expect(short.workflows).toHaveLength(2)
    expect([short.meta.source, long.meta.source]).toEqual(['raw', 'rollup'])
    const plain = (workflow: Record<string, unknown>) =>
      'workflow_id workflow_name total_executions success_count failure_count success_rate affected_users time_lost_ms last_execution_at last_failure_at'
        .split(' ')
        .map((name) => workflow[name])
    expect(long.workflows.map(plain)).toEqual(short.workflows.map(plain))
  })

  it('counts at once what came after the last rebuild of its hour', async () => {
    const ask = () => get('kpis?from=2026-11-05T00:00:00Z&to=2026-11-13T00:00:00Z')
    const before = await ask()
    expect(before).toMatchObject({ total_executions: 2, success_count: 1, meta: { source: 'rollup' } })
    await insertExecutions(clickhouse.client, [ended('x3', '05 11:30:00.000', 900)])
    // Another bucket's edge: the remembered answer of a moment ago is not the question.
    const after = await get('kpis?from=2026-11-05T00:00:00Z&to=2026-11-13T01:00:00Z')
    expect(after).toMatchObject({ total_executions: 3, success_count: 2, meta: { source: 'rollup' } })
  })
})

describe('workflows', () => {
  it('come by the impact of their failures', async () => {
    const body = await get('workflows')
    expect(body).toMatchObject({ count: 2, total: 2, meta: { source: 'raw', running: 1 } })
    // w1: two failures that hit ann and bob; w2: one that hit nobody known.
    expect(body.workflows.map((one: { workflow_id: string }) => one.workflow_id)).toEqual(['w1', 'w2'])
    expect(body.workflows[0]).toMatchObject({
      workflow_id: 'w1',
      workflow_name: 'Workflow one',
      total_executions: 5,
      success_count: 2,
      failure_count: 2,
      success_rate: 50,
      avg_duration_ms: 350,
      p50_duration_ms: 500,
      affected_users: 2,
      time_lost_ms: 1100,
      last_execution_at: '2026-11-20T11:30:00.000Z',
      last_failure_at: '2026-11-20T10:31:00.000Z',
      last_error: { execution_id: 'e1', error_type: 'X', error_message: 'last' },
    })
  })

  it('tell their change to the period before', async () => {
    const [w1, w2] = (await get('workflows')).workflows
    // w1 before: o1, o2 success, o3 error, l1 lost.
    expect(w1.trend).toMatchObject({ total_executions: 25, success_count: 0, failure_count: 0, success_rate: 0 })
    expect(w2.trend).toMatchObject({ total_executions: null, success_rate: null })
  })

  it('without a failure have no last one', async () => {
    const { workflows } = await get('workflows?from=2026-11-19T12:00:00Z&to=2026-11-19T13:00:00Z')
    expect(workflows.find((one: { workflow_id: string }) => one.workflow_id === 'w2')).toMatchObject({
      failure_count: 0,
      affected_users: 0,
      last_failure_at: null,
      last_error: null,
    })
  })

  it('are as many as asked for, and told how many there are', async () => {
    const body = await get('workflows?time_range=30d&limit=1')
    expect([body.count, body.total]).toEqual([1, 4])
  })

  it('are none where nothing ran', async () => {
    expect(await get('workflows?environment=nowhere')).toMatchObject({
      workflows: [],
      count: 0,
      total: 0,
      meta: { running: 0 },
    })
  })
})
