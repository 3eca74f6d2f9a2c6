import { setMaxListeners } from 'node:events'
/** The numbers of the view over a real ClickHouse, each worked out by hand. Every group of tests has an environment of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { rowsOf, startDatabase } from '../../../test/kit/stack-db.ts'
import { rebuildHour } from '../../../worker/rollup/rebuild-hours.ts'
import type { Caller } from '../../access/caller.ts'
import { LOCAL_ADMIN, scopeOf } from '../../access/caller.ts'
import { createRunner } from '../../run.ts'
import type { Services } from '../route.ts'
import { readAllParts } from './all-parts.ts'
import { readAsked } from './asked.ts'
import { severityOf } from './realtime.ts'

/** A Friday. */
const NOW = Date.parse('2026-11-20T12:00:00.500Z')
let clickhouse: TestClickHouse
let api: TestApi

/** @param at `20 11:57:00` of November */
const run = (id: string, at: string, more: Partial<ExecutionParts> = {}): ExecutionParts => ({
  execution_id: id,
  started_at: `2026-11-${at}.000`,
  ended_at: `2026-11-${at}.000`,
  duration_ms: 1000,
  ...more,
})

const open = (id: string, at: string, status: 'queued' | 'running' | 'waiting', more: Partial<ExecutionParts> = {}) =>
  run(id, at, { status, ended_at: null, duration_ms: null, last_seen_at: `2026-11-${at}.000`, ...more })

/** At 12:30 of seven days but one, each waited and then ran for half an hour. */
const REALTIME = [
  ...['13', '14', '15', '16', '17', '19'].map((day) =>
    run(`usual ${day}`, `${day} 12:30:00`, { queue_ms: 1_800_000, duration_ms: 1_800_000 }),
  ),
  ...['08', '09', '10', '11', '12'].map((day) =>
    run(`w ${day}`, `${day} 09:00:00`, { workflow_id: 'agent', duration_ms: 60_000 }),
  ),
  open('run', '20 11:50:00', 'running', { kind: 'agent', workflow_id: 'agent', workflow_name: 'Agent', progress: 0.5 }),
  open('wait', '20 10:00:00', 'waiting'),
  open('q1', '20 11:58:00', 'queued', { queued_at: '2026-11-20 11:58:00.000' }),
  open('q2', '20 11:59:00', 'queued', { queued_at: '2026-11-20 11:59:00.000' }),
  open('q3', '20 12:00:00', 'queued'),
].map((row) => ({ ...row, environment: 'realtime' }))

const B = { workflow_id: 'wb', workflow_name: 'B' }
const A = { workflow_id: 'wa', workflow_name: 'A' }
/** Six of the last day; twelve of 10 November within five minutes over a full hour, half of which failed. */
const FIGURES = [
  run('t1', '20 11:57:00', { ...A, duration_ms: 100, queue_ms: 10, user_id: 'ann' }),
  run('t2', '20 11:58:30', { ...A, duration_ms: 200, queue_ms: 30 }),
  run('t3', '20 11:59:00', { ...A, duration_ms: 400, status: 'error', error_type: 'X', error_message: '=late' }),
  run('t4', '20 10:30:00', { ...B, duration_ms: 1600, queue_ms: 20 }),
  run('t5', '20 10:30:30', { ...B, duration_ms: 3200, status: 'timeout' }),
  run('t6', '19 13:00:00', { ...B, duration_ms: 800 }),
  ...['07:58', '08:00', '08:02'].flatMap((minute) =>
    [0, 1, 2, 3].map((n) =>
      run(`${minute} ${n}`, `10 ${minute}:0${n}`, { ...A, status: n % 2 === 0 ? 'success' : 'error' }),
    ),
  ),
].map((row) => ({ ...row, environment: 'figures' }))
beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
  await insertExecutions(clickhouse.client, [...REALTIME, ...FIGURES])
  // Some hours of each day; the others are read as they are.
  const hours = await rowsOf<{ at: number }>(
    clickhouse.client,
    `SELECT DISTINCT toUnixTimestamp(hour) AS at FROM dirty_hours WHERE hour < '2026-11-20' AND toHour(hour, 'UTC') IN (7, 8, 9, 12) ORDER BY at`,
  )
  for (const { at } of hours) await rebuildHour(clickhouse.client, { tenant: 'default', hour: at })
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const get = async (path: string) => {
  const { status, body } = await api.get(`/api/v1/metrics/execution${path}`)
  expect([path, status]).toEqual([path, 200])
  return body
}

describe('realtime', () => {
  it('tells what runs, since when, and until when it usually would', async () => {
    const body = await get('/realtime?environment=realtime')
    expect(body).toMatchObject({ running_count: 2, meta: { from: null, to: null, running: 5 } })
    expect(body.running).toEqual([
      {
        execution_id: 'wait',
        name: 'Workflow one',
        agent: 'w1',
        kind: 'workflow',
        status: 'waiting',
        started_at: '2026-11-20T10:00:00.000Z',
        elapsed_ms: 7_200_500,
        progress: null,
        expected_end_at: null,
        overdue: false,
      },
      {
        execution_id: 'run',
        name: 'Agent',
        agent: 'agent',
        kind: 'agent',
        status: 'running',
        started_at: '2026-11-20T11:50:00.000Z',
        elapsed_ms: 600_500,
        progress: 0.5,
        // Its five successes are older than seven days.
        expected_end_at: null,
        overdue: false,
      },
    ])
  })

  it('compares the queue and the load with what is usual at this hour', async () => {
    const { queue, load } = await get('/realtime?environment=realtime')
    // Seven days since the 13th; six with half an execution at a time, one with none.
    expect(queue).toEqual({ depth: 3, severity: 'elevated', usual_depth: 0.5, oldest_wait_ms: 120_500 })
    expect(load).toEqual({ running: 1, usual_running: 0.5, ratio: 2 })
  })

  it('says nothing of what is not known', async () => {
    expect(await get('/realtime?environment=nowhere')).toMatchObject({
      running: [],
      queue: { depth: 0, severity: 'normal', usual_depth: null, oldest_wait_ms: null },
      load: { running: 0, usual_running: null, ratio: null },
    })
  })

  it('worries at twice, five and ten times the usual, and not about a few', () => {
    const severities = [200, 201, 500, 501, 1000, 1001].map((depth) => severityOf(depth, 100))
    expect(severities).toEqual(['normal', 'elevated', 'elevated', 'high', 'high', 'critical'])
    expect([severityOf(2, 0), severityOf(3, 0), severityOf(1000, null)]).toEqual(['normal', 'elevated', 'normal'])
  })
})

describe('throughput', () => {
  it('counts by the hour, and compares with what was ever sustained', async () => {
    const body = await get('/throughput?environment=figures')
    expect(body).toMatchObject({
      interval_ms: 3_600_000,
      // Three in the five minutes before 12:00:01.
      current_per_minute: 0.6,
      // Six in 1440.
      average_per_minute: 0.004,
      peak: { per_minute: 0.05, timestamp: '2026-11-20T11:00:01.000Z' },
      // One in the first twelve hours, five in the last.
      trend: { direction: 'rising', percent: 400 },
      // Twelve from 07:58 to 08:03 of the 10th.
      capacity_per_minute: 2.4,
      share_of_capacity: 25,
      meta: { source: 'raw' },
    })
    expect(body.series).toHaveLength(24)
    expect(body.series[0]).toEqual({ timestamp: '2026-11-19T12:00:01.000Z', total: 1, success: 1, failure: 0 })
    expect(body.series[22]).toMatchObject({ total: 2, success: 1, failure: 1 })
    expect(body.series[23]).toMatchObject({ total: 3, success: 2, failure: 1 })
  })

  it.each([
    ['1h', 60, 60_000],
    ['6h', 360, 60_000],
    ['7d', 168, 3_600_000],
    ['30d', 30, 86_400_000],
    ['90d', 90, 86_400_000],
  ])('of %s has %i points', async (name, points, width) => {
    const body = await get(`/throughput?environment=figures&timeframe=${name}`)
    expect([body.series.length, body.interval_ms]).toEqual([points, width])
    const sum = body.series.reduce((total: number, point: { total: number }) => total + point.total, 0)
    expect(sum).toBe({ '1h': 3, '6h': 5, '7d': 6 }[name] ?? 18)
  })

  it('of nothing is zero and steady', async () => {
    expect(await get('/throughput?environment=nowhere')).toMatchObject({
      current_per_minute: 0,
      average_per_minute: 0,
      peak: null,
      trend: { direction: 'steady', percent: null },
      capacity_per_minute: null,
      share_of_capacity: null,
    })
  })
})

describe('latency', () => {
  it('tells percentiles of execution, wait and both, and how durations are spread', async () => {
    const { execution, queue, total, histogram } = await get('/latency?environment=figures')
    // 100, 200, 400, 800, 1600, 3200
    expect(execution).toEqual({
      count: 6,
      average_ms: 1050,
      p50_ms: 800,
      p75_ms: 1600,
      p90_ms: 3200,
      p95_ms: 3200,
      p99_ms: 3200,
    })
    // 10, 20, 30
    expect(queue).toMatchObject({ count: 3, average_ms: 20, p50_ms: 20, p75_ms: 30, p99_ms: 30 })
    // 110, 230, 1620
    expect(total).toMatchObject({ count: 3, average_ms: 653.333, p50_ms: 230, p75_ms: 1620 })
    expect(histogram).toEqual([
      { from_ms: 100, to_ms: 200, count: 1 },
      { from_ms: 200, to_ms: 500, count: 2 },
      { from_ms: 500, to_ms: 1000, count: 1 },
      { from_ms: 1000, to_ms: 2000, count: 1 },
      { from_ms: 2000, to_ms: 5000, count: 1 },
    ])
  })

  it('of a long range is within 1.1 percent', async () => {
    const { queue, meta } = await get('/latency?environment=figures&timeframe=7d')
    expect(meta.source).toBe('rollup')
    expect(queue.count).toBe(3)
    expect(Math.abs(queue.p50_ms / 20 - 1)).toBeLessThan(0.011)
    expect(Math.abs(queue.p99_ms / 30 - 1)).toBeLessThan(0.011)
  })

  it('of nothing is null', async () => {
    const { execution, histogram } = await get('/latency?environment=nowhere')
    expect(execution).toMatchObject({ count: 0, average_ms: null, p50_ms: null })
    expect(histogram).toEqual([])
  })
})

describe('performance', () => {
  it('tells who fails, when, and who is slow', async () => {
    const body = await get('/performance?environment=figures')
    expect(body).toMatchObject({
      total_executions: 6,
      success_count: 4,
      failure_count: 2,
      success_rate: 66.67,
      success_rate_change: null,
      most_failing: [],
    })
    const agents = (list: { agent: string; failure_count: number; p95_duration_ms: number }[]) =>
      list.map(({ agent, failure_count, p95_duration_ms }) => [agent, failure_count, p95_duration_ms])
    expect(agents(body.failures_by_agent)).toEqual([
      ['wb', 1, 3200],
      ['wa', 1, 400],
    ])
    expect(agents(body.slowest)).toEqual([
      ['wb', 1, 3200],
      ['wa', 1, 400],
    ])
    expect(body.failures_by_agent[1].last_error).toEqual({
      execution_id: 't3',
      error_type: 'X',
      error_message: '=late',
    })
    expect(body.failures_by_hour).toHaveLength(24)
    expect(body.failures_by_hour.filter(({ total }: { total: number }) => total > 0)).toEqual([
      { hour: 10, total: 2, failure: 1, failure_rate: 50 },
      { hour: 11, total: 3, failure: 1, failure_rate: 33.33 },
      { hour: 13, total: 1, failure: 0, failure_rate: 0 },
    ])
  })

  it('of a month is read from rollups and tells the same', async () => {
    const body = await get('/performance?environment=figures&timeframe=30d')
    expect(body).toMatchObject({
      total_executions: 18,
      success_count: 10,
      failure_count: 8,
      meta: { source: 'rollup' },
    })
    // Of A's fifteen seven failed.
    expect(
      body.most_failing.map(({ agent, success_rate }: { agent: string; success_rate: number }) => [
        agent,
        success_rate,
      ]),
    ).toEqual([['wa', 53.33]])
    expect(body.failures_by_hour.filter(({ failure }: { failure: number }) => failure > 0)).toEqual([
      { hour: 7, total: 4, failure: 2, failure_rate: 50 },
      { hour: 8, total: 8, failure: 4, failure_rate: 50 },
      { hour: 10, total: 2, failure: 1, failure_rate: 50 },
      { hour: 11, total: 3, failure: 1, failure_rate: 33.33 },
    ])
  })
})

describe('the whole', () => {
  it('holds every part as it is by itself', async () => {
    const { meta, ...whole } = await get('?environment=figures')
    expect(meta).toMatchObject({ from: '2026-11-19T12:00:01.000Z', to: '2026-11-20T12:00:01.000Z', running: 0 })
    for (const [name, part] of Object.entries(whole)) {
      const { meta: _, ...own } = await get(`/${name}?environment=figures`)
      expect(part).toEqual(own)
    }
    expect(Object.keys(whole)).toEqual(['realtime', 'throughput', 'latency', 'performance', 'patterns', 'resources'])
  })

  it('says the same as the key figures', async () => {
    for (const range of ['24h', '7d', '30d']) {
      const { body } = await api.get(`/api/v1/observability/kpis?environment=figures&time_range=${range}`)
      const { performance, latency } = await get(`?environment=figures&timeframe=${range}`)
      expect([performance.total_executions, performance.success_rate]).toEqual([
        body.total_executions,
        body.success_rate,
      ])
      expect([latency.execution.p50_ms, latency.execution.p95_ms]).toEqual([body.p50_duration_ms, body.p95_duration_ms])
    }
  })

  it('is a file, too, in which no text is a formula', async () => {
    const csv = await api.get('/api/v1/metrics/execution/export?environment=figures&format=csv')
    expect(csv.headers.get('content-type')).toContain('text/csv')
    expect(csv.headers.get('content-disposition')).toContain('execution-metrics.csv')
    const lines: string[] = csv.body.split('\r\n')
    expect(lines[0]).toBe('part,item,field,value')
    expect(lines).toContain('throughput,,current_per_minute,0.6')
    expect(lines).toContain('throughput,series/23,total,3')
    expect(lines).toContain("performance,failures_by_agent/1/last_error,error_message,'=late")
    const json = await api.get('/api/v1/metrics/execution/export?environment=figures&format=json')
    const { meta: _, ...whole } = await get('?environment=figures')
    expect(JSON.parse(JSON.stringify(json.body))).toMatchObject(whole)
  })

  it('refuses what it does not know, by name', async () => {
    const { status, body } = await api.get('/api/v1/metrics/execution/latency?timeframe=2h')
    expect([status, body.detail]).toEqual([400, 'timeframe: must be one of 1h, 6h, 24h, 7d, 30d, 90d'])
    const both = await api.get('/api/v1/metrics/execution?timeframe=1h&from=2026-11-20T00:00:00Z')
    expect([both.status, both.body.detail]).toEqual([400, 'timeframe: give either timeframe or from and to, not both'])
  })
})

describe('who may see what', () => {
  const asking = (caller: Caller, query: Parameters<typeof readAsked>[0]['query']) => {
    const observe = { asked: () => {}, queried: () => {}, failed: () => {} }
    const runner = createRunner({
      client: clickhouse.client,
      queriesMax: 4,
      queriesPerTenantMax: 4,
      queryTimeoutMs: 30_000,
      cacheMs: 0,
      observe,
    })
    const services = { runner, now: () => NOW, lostAfterMs: 86_400_000 } as Services
    const { signal } = new AbortController()
    // As the app gives each request: all parts ask more than ten questions at once.
    setMaxListeners(100, signal)
    return readAsked({ query, scope: scopeOf(caller), signal, services })
  }

  it.each(['24h', '30d'] as const)(
    'a user sees its own executions of %s, in every part, and nothing of the services',
    async (timeframe) => {
      const ann: Caller = { ...LOCAL_ADMIN, role: 'user', subject: 'ann' }
      const { body, source } = await readAllParts(asking(ann, { timeframe, environment: 'figures' }))
      expect(source).toBe('raw')
      expect(body).toMatchObject({
        throughput: { current_per_minute: 0.2, capacity_per_minute: 0.2, share_of_capacity: 100 },
        latency: { execution: { count: 1, p99_ms: 100 }, queue: { count: 1 }, histogram: [{ from_ms: 100, count: 1 }] },
        performance: { total_executions: 1, failures_by_agent: [], slowest: [{ agent: 'wa', total_executions: 1 }] },
        patterns: { bursts: [], anomalies: [] },
        resources: { services: [] },
      })
      expect(body.patterns.timeline.reduce((sum, { total }) => sum + total, 0)).toBe(1)
    },
  )
})
