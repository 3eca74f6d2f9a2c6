import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { rebuildHours } from '../../../test/kit/rollups.ts'
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

/** Of the last 24 hours: 4 success, 1 error, 1 timeout, 1 running, 1 lost; of the days before: 2 success, 1 running. */
const ROWS: ExecutionParts[] = [
  ended('s1', '20 11:30:00.000', 100, { user_id: 'ann', attributes: { 'http.route': '/a' } }),
  ended('s2', '20 11:00:00.000', 120, { user_id: 'ann', attributes: { 'http.route': '/b' } }),
  ended('s3', '20 10:30:00.000', 1000, { user_id: 'bob', kind: 'query', attributes: { 'http.route': '/a' } }),
  ended('s4', '19 12:00:01.000', 0.001, { environment: 'production' }),
  ended('e1', '20 10:31:00.000', 999.999, { status: 'error', error_type: 'X', workflow_id: 'w2' }),
  ended('t1', '20 10:29:00.000', 3e9, { status: 'timeout', workflow_id: 'w2' }),
  { execution_id: 'r1', started_at: '2026-11-20 11:59:00.000', status: 'running', user_id: 'eve' },
  {
    execution_id: 'l1',
    started_at: '2026-11-20 10:00:00.000',
    status: 'running',
    last_seen_at: '2026-11-19 10:00:00.000',
  },
  ended('o1', '17 09:30:00.000', 100),
  ended('o2', '17 09:31:00.000', 300, { workflow_id: 'w2', environment: 'production' }),
  { execution_id: 'o3', started_at: '2026-11-17 09:32:00.000', status: 'running', last_seen_at: '2026-11-20 11:00:00' },
  ended('theirs', '20 11:00:00.000', 1, { tenant: 'acme' }),
]

type Step = [name: string, type: string, status: string, duration: number]
const stepped = (id: string, at: string, status: string, steps: Step[]): ExecutionParts => ({
  execution_id: id,
  started_at: `2026-10-05 ${at}`,
  status,
  duration_ms: 1,
  workflow_id: 'flow',
  workflow_name: 'Flow',
  'steps.name': steps.map(([name]) => name),
  'steps.type': steps.map(([, type]) => type),
  'steps.status': steps.map(([, , of]) => of),
  'steps.duration_ms': steps.map(([, , , duration]) => duration),
})

/** A month before the others: two hours, and the two hours before. */
const STEPPED: ExecutionParts[] = [
  stepped('g1', '10:10:00', 'success', [
    ['load', 'db', 'success', 100],
    ['call', 'http', 'success', 300],
    ['save', 'db', 'success', 100],
  ]),
  stepped('g2', '11:10:00', 'error', [
    ['load', 'db', 'success', 200],
    ['call', 'http', 'error', 500],
  ]),
  {
    execution_id: 'g3',
    started_at: '2026-10-05 11:20:00',
    status: 'running',
    workflow_id: 'flow',
    workflow_name: 'Flow',
    last_seen_at: '2026-11-20 11:59:00',
  },
  stepped('g0', '09:00:00', 'success', [
    ['load', 'db', 'success', 50],
    ['call', 'http', 'success', 400],
  ]),
]

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
  await insertExecutions(clickhouse.client, [...ROWS, ...STEPPED])
  await rebuildHours(clickhouse.client, NOW)
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const get = async (path: string) => {
  const { status, body } = await api.get(`/api/v1/${path}`)
  expect([path, status, body.detail]).toEqual([path, 200, undefined])
  return body
}
const ids = (counts: { value: string; count: number }[]) => counts.map(({ value, count }) => [value, count])

describe('a series', () => {
  it('counts every status and times what is over, in the range and in every bucket', async () => {
    const body = await get('timeseries')
    expect(body).toMatchObject({
      total_executions: 8,
      success_count: 4,
      failure_count: 3,
      // 4 of 7.
      success_rate: 57.14,
      // 0.001, 100, 120, 999.999, 1000, 3e9: the fourth, and the last.
      p50_duration_ms: 999.999,
      p95_duration_ms: 3e9,
      by_status: { success: 4, error: 1, timeout: 1, running: 1, lost: 1, queued: 0, partial: 0 },
      interval_ms: 3_600_000,
      meta: { source: 'raw', from: '2026-11-19T12:00:01.000Z', to: '2026-11-20T12:00:01.000Z', running: 1 },
    })
    expect(body.buckets).toHaveLength(24)
    // 10:00:01 to 11:00:01: s2 and s3, e1, t1; l1 began a second too early.
    expect(body.buckets[22]).toMatchObject({
      timestamp: '2026-11-20T10:00:01.000Z',
      total_executions: 4,
      success_rate: 50,
      p50_duration_ms: 1000,
      by_status: { success: 2, error: 1, timeout: 1, lost: 0 },
    })
    expect(body.buckets[1]).toMatchObject({ total_executions: 0, success_rate: null, p50_duration_ms: null })
  })

  it('is cut by number or by width', async () => {
    expect(
      (await get('timeseries?buckets=3')).buckets.map((each: { total_executions: number }) => each.total_executions),
    ).toEqual([1, 0, 7])
    const wide = await get('timeseries?interval=7h')
    // Four of 7 hours are 28: the range starts four hours earlier.
    expect(wide.meta).toMatchObject({ from: '2026-11-19T08:00:01.000Z', to: '2026-11-20T12:00:01.000Z' })
    expect(wide.buckets.map((each: { timestamp: string }) => each.timestamp.slice(8, 19))).toEqual([
      '19T08:00:01',
      '19T15:00:01',
      '19T22:00:01',
      '20T05:00:01',
    ])
  })

  it.each([
    ['interval=1s', 'interval: gives 86400 buckets over this range; at most 1000 are answered'],
    ['interval=5x', 'interval: must be a whole number with its unit, s, m, h or d, like 5m'],
    ['interval=9999999d', 'interval: is longer than all time before the end of the range'],
    ['interval=1h&buckets=3', 'interval: give either interval or buckets, not both'],
    ['buckets=1001', 'buckets: must be a whole number from 1 to 1000'],
  ])('of %s is refused', async (query, detail) => {
    expect(await api.get(`/api/v1/timeseries?${query}`)).toMatchObject({ status: 400, body: { detail } })
  })

  it('is about ends where asked', async () => {
    const body = await get('timeseries?time_field=ended_at&time_range=7d&workflow_id=w2')
    expect(body).toMatchObject({ total_executions: 3, meta: { source: 'raw', running: 0 } })
  })
})

describe('a long range', () => {
  it('of a plain filter is read from the rollups, with what is open or lost beside', async () => {
    const body = await get('timeseries?time_range=7d')
    expect(body).toMatchObject({
      total_executions: 11,
      by_status: { success: 6, error: 1, timeout: 1, running: 2, lost: 1 },
      meta: { source: 'rollup', running: 2 },
    })
  })

  it.each([
    ['environment=production', 2],
    ['workflow_id=w2', 3],
    ['workflow_id=w2&environment=production', 1],
    ['status=success', 6],
    ['status=lost', 1],
    ['status=running&status=success', 8],
    ['status=lost&status=error&workflow_id=w1', 1],
    ['kind=query', 1],
  ])('filtered by %s too', async (query, total) => {
    for (const view of ['timeseries', 'facets?field=status&field=workflow_id&field=kind']) {
      const path = `${view}${view.includes('?') ? '&' : '?'}time_range=7d&${query}`
      expect([path, await get(path)]).toMatchObject([
        path,
        { [view === 'timeseries' ? 'total_executions' : 'total']: total, meta: { source: 'rollup' } },
      ])
    }
  })

  it.each(['user_id=ann', 'attr.http.route=/a', 'min_duration_ms=1', 'q=w'])('of %s is read raw', async (query) => {
    expect((await get(`timeseries?time_range=7d&${query}`)).meta.source).toBe('raw')
  })

  it('cut into parts of hours is read raw', async () => {
    const body = await get('timeseries?time_range=7d&interval=30m')
    expect(body).toMatchObject({ total_executions: 11, meta: { source: 'raw' } })
    expect(body.buckets).toHaveLength(336)
  })
})

describe('a histogram', () => {
  it('counts final durations on a logarithmic scale, and the others beside', async () => {
    const { bins, unmeasured, total, meta } = await get('histogram')
    expect(bins.filter(({ count }: { count: number }) => count > 0)).toEqual([
      { from_ms: 0, to_ms: 0.01, count: 1 },
      { from_ms: 100, to_ms: 125, count: 2 },
      { from_ms: 800, to_ms: 1000, count: 1 },
      { from_ms: 1000, to_ms: 1250, count: 1 },
      { from_ms: 1e9, to_ms: null, count: 1 },
    ])
    // From 0 over eleven decades of ten to the last.
    expect(bins).toHaveLength(112)
    expect([unmeasured, total, meta.running]).toEqual([2, 8, 1])
  })

  it('begins and ends with a bin that is not empty', async () => {
    const { bins } = await get('histogram?user_id=ann')
    expect(bins).toEqual([{ from_ms: 100, to_ms: 125, count: 2 }])
    expect(await get('histogram?user_id=nobody')).toMatchObject({ bins: [], unmeasured: 0, total: 0 })
  })
})

describe('a heatmap', () => {
  it('counts durations per bucket of time', async () => {
    const body = await get('heatmap?buckets=2&max_duration_ms=5000')
    expect(body.bins.slice(-2)).toEqual([
      { from_ms: 630, to_ms: 1000 },
      { from_ms: 1000, to_ms: 1600 },
    ])
    const [before, after] = body.buckets
    expect(before).toMatchObject({ timestamp: '2026-11-19T12:00:01.000Z', unmeasured: 0 })
    expect(before.counts[0]).toBe(1)
    expect(after.counts.slice(-6)).toEqual([2, 0, 0, 0, 1, 1])
    expect([body.total, body.interval_ms]).toEqual([5, 43_200_000])
  })

  it('has no bins over nothing, and all of its buckets', async () => {
    const body = await get('heatmap?status=running')
    expect(body).toMatchObject({ bins: [], total: 1 })
    expect(body.buckets).toHaveLength(24)
    expect(body.buckets[23]).toMatchObject({ counts: [], unmeasured: 1 })
  })
})

describe('facets', () => {
  it('are the most frequent values, the other ones and the empty ones', async () => {
    const body = await get('facets?field=user_id&field=status&field=attr.http.route&limit=2')
    const [user, status, route] = body.facets
    expect(user).toEqual({
      field: 'user_id',
      values: [
        { value: 'ann', count: 2 },
        { value: 'bob', count: 1 },
      ],
      distinct: 3,
      other: 1,
      empty: 4,
    })
    expect(ids(status.values)).toEqual([
      ['success', 4],
      ['error', 1],
    ])
    expect(status).toMatchObject({ distinct: 5, other: 3, empty: 0 })
    expect(ids(route.values)).toEqual([
      ['/a', 2],
      ['/b', 1],
    ])
    expect(route).toMatchObject({ field: 'attr.http.route', other: 0, empty: 5 })
    expect([body.total, body.meta.running, body.meta.source]).toEqual([8, 1, 'raw'])
  })

  it('of a long range are the same from rollups as from the executions', async () => {
    const rolled = await get('facets?time_range=7d&field=status&field=environment&field=workflow_id&field=kind')
    const raw = await get('facets?time_range=7d&field=status&field=environment&field=workflow_id&field=kind&field=mode')
    expect([rolled.meta.source, raw.meta.source]).toEqual(['rollup', 'raw'])
    expect(raw.facets.slice(0, 4)).toEqual(rolled.facets)
    expect(rolled.facets[0].values).toContainEqual({ value: 'lost', count: 1 })
  })

  it('over nothing are empty', async () => {
    expect(await get('facets?environment=nowhere&field=service')).toMatchObject({
      facets: [{ field: 'service', values: [], distinct: 0, other: 0, empty: 0 }],
      total: 0,
    })
  })

  it.each(['field=query', 'field=attr.', `field=${'kind&field='.repeat(8)}kind`, 'limit=101'])(
    'refuse %s',
    async (query) => {
      expect((await api.get(`/api/v1/facets?${query}`)).status).toBe(400)
    },
  )
})

describe('an anatomy', () => {
  const SHORT = 'from=2026-10-05T10:00:00Z&to=2026-10-05T12:00:00Z'

  it('has every step with its part of time and errors, and its change', async () => {
    const body = await get(`workflows/flow/anatomy?${SHORT}`)
    expect(body).toMatchObject({
      workflow_id: 'flow',
      workflow_name: 'Flow',
      executions: { total_executions: 3, success_count: 1, failure_count: 1, success_rate: 50 },
      steps_total: 3,
      meta: { source: 'raw', running: 1 },
    })
    const [call, load, save] = body.steps
    expect(call).toEqual({
      name: 'call',
      type: 'http',
      runs: 2,
      error_count: 1,
      error_rate: 50,
      avg_duration_ms: 400,
      // Of two the one at half of them, counted from 0.
      p50_duration_ms: 500,
      p95_duration_ms: 500,
      time_ms: 800,
      // Of 1200 ms together.
      share_of_time: 66.67,
      trend: { runs: 100, error_rate: 50, p50_duration_ms: 25, p95_duration_ms: 25 },
    })
    expect(load).toMatchObject({ name: 'load', runs: 2, error_rate: 0, time_ms: 300, share_of_time: 25 })
    expect(load.trend).toMatchObject({ runs: 100, error_rate: 0, p50_duration_ms: 300 })
    expect(save).toMatchObject({ name: 'save', type: 'db', runs: 1, share_of_time: 8.33 })
    expect(save.trend).toEqual({ runs: null, error_rate: null, p50_duration_ms: null, p95_duration_ms: null })
  })

  it('tells what began after what', async () => {
    const { edges, edges_of } = await get(`workflows/flow/anatomy?${SHORT}`)
    expect(edges).toEqual([
      { from: null, to: 'load', count: 2 },
      { from: 'load', to: 'call', count: 2 },
      { from: 'call', to: null, count: 1 },
      { from: 'call', to: 'save', count: 1 },
      { from: 'save', to: null, count: 1 },
    ])
    expect(edges_of).toBe(2)
  })

  it.each(['from=2026-10-01T00:00:00Z&to=2026-10-20T00:00:00Z', 'from=2026-10-01T00:00:00Z&to=2026-10-05T10:30:00Z'])(
    'of %s has counts and times as the executions do, percentiles within 1.1 %%',
    async (range) => {
      const rolled = await get(`workflows/flow/anatomy?${range}`)
      expect(rolled.meta.source).toBe('rollup')
      const wanted = range.includes('10-20') ? [3, 1200, 400] : [2, 700, 400]
      const call = rolled.steps.find((step: { name: string }) => step.name === 'call')
      expect([call.runs, call.time_ms]).toEqual(wanted.slice(0, 2))
      expect(Math.abs(call.p50_duration_ms / wanted[2]! - 1)).toBeLessThanOrEqual(0.011)
    },
  )

  it('of a workflow that nobody knows is empty', async () => {
    expect(await get('workflows/a%2Fb/anatomy')).toMatchObject({
      workflow_id: 'a/b',
      workflow_name: null,
      executions: { total_executions: 0, success_rate: null },
      steps: [],
      edges: [],
      edges_of: 0,
    })
  })
})

describe('every answer', () => {
  it.each(['', 'status=error&status=lost', 'attr.http.route=/a&q=w1', 'workflow_id=w2&min_duration_ms=120'])(
    'over the filter "%s" adds up to the total of the list',
    async (filter) => {
      for (const range of [
        'from=2026-11-19T12:00:01Z&to=2026-11-20T12:00:01Z',
        'from=2026-11-10T00:00:00Z&to=2026-11-21T00:00:00Z',
      ]) {
        const of = (view: string) => get(`${view}?${range}&${filter}`)
        const { total } = await of('executions')
        const sum = <T>(parts: T[], count: (part: T) => number) => parts.reduce((all, part) => all + count(part), 0)
        const series = await of('timeseries')
        expect(series.total_executions).toBe(total)
        expect(sum(series.buckets, (each: { total_executions: number }) => each.total_executions)).toBe(total)
        expect(sum(Object.values(series.by_status), Number)).toBe(total)
        const histogram = await of('histogram')
        expect(histogram.unmeasured + sum(histogram.bins, (bin: { count: number }) => bin.count)).toBe(total)
        const heatmap = await of('heatmap')
        expect(
          sum(
            heatmap.buckets,
            (each: { counts: number[]; unmeasured: number }) => sum(each.counts, Number) + each.unmeasured,
          ),
        ).toBe(total)
        const { facets } = await of('facets')
        for (const { values, other, empty } of facets) {
          expect(sum(values, (value: { count: number }) => value.count) + other + empty).toBe(total)
        }
      }
    },
  )
})
