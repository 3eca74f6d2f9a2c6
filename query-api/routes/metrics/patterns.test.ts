/** Patterns and resources over a real ClickHouse, each number worked out by hand. Every group of tests has an environment of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type TestApi } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { rowsOf, startDatabase } from '../../../test/kit/stack-db.ts'
import { rebuildHour } from '../../../worker/rollup/rebuild-hours.ts'

/** A Friday. */
const NOW = Date.parse('2026-11-20T12:00:00.500Z')
let clickhouse: TestClickHouse
let api: TestApi

/** Executions made in ClickHouse. @param rows SQL of rows (id, started_at, status, duration_ms) */
async function insertMade(environment: string, rows: string): Promise<void> {
  await clickhouse.client.command({
    query: `INSERT INTO executions (tenant, anchor_at, execution_id, instance, kind, workflow_id, workflow_name, environment, status, started_at, ended_at, last_seen_at, duration_ms, version)
SELECT 'default', start, concat('${environment} ', id), 'shop', 'workflow', 'w', 'W', '${environment}', state, start, start, start, ms, 1 FROM (${rows})`,
  })
}

/**
 * From 12 November on ten executions an hour, one each six minutes, of a second each. On the 20th those of 05:00 take five seconds, six of 07:00
 * fail, and at 09:10, 09:11 and 09:12 ten more start in each minute.
 */
const STEADY = `
  SELECT toString(number) AS id, toDateTime64('2026-11-12 00:00:30', 9, 'UTC') + toIntervalMinute(number * 6) AS start,
    if(start >= '2026-11-20 07:00:00' AND start < '2026-11-20 07:36:00', 'error', 'success') AS state,
    if(start >= '2026-11-20 05:00:00' AND start < '2026-11-20 06:00:00', 5000, 1000) AS ms
  FROM numbers(8 * 240 + 120)
  UNION ALL
  SELECT concat('burst ', toString(number)), toDateTime64('2026-11-20 09:10:05', 9, 'UTC') + toIntervalMinute(intDiv(number, 10)), 'success', 1000
  FROM numbers(30)`

/** On four Fridays twenty at 09:00 and thirty at 10:00; on this one sixty and none. */
const WEEKLY = `
  SELECT toString(number) AS id, toDateTime64('2026-10-23 09:00:00', 9, 'UTC') + toIntervalWeek(intDiv(number, 50)) + toIntervalHour(if(number % 50 < 20, 0, 1)) + toIntervalSecond(number % 50 * 60) AS start,
    'success' AS state, 1000 AS ms
  FROM numbers(200)
  UNION ALL
  SELECT concat('now ', toString(number)), toDateTime64('2026-11-20 09:00:00', 9, 'UTC') + toIntervalMinute(number), 'success', 1000 FROM numbers(60)`

interface PointParts {
  service: string
  metric: string
  time: string
  value: number
  series?: number
  kind?: string
  start_time?: string
  metric_json?: string
  resource_json?: string
}

const point = (service: string, metric: string, time: string, value: number, more: Partial<PointParts> = {}) => ({
  tenant: 'default',
  received_at: '2026-11-20 12:00:00.000',
  kind: 'gauge',
  series: 1,
  service,
  metric,
  time: `2026-11-${time}.000`,
  value,
  ...more,
})

const counter = (series: number, instance: string, seconds: number, value: number) =>
  point('api', 'process.cpu.time', `20 11:31:${seconds}`, value, {
    series,
    kind: 'sum',
    metric_json: '{"temporality":2,"monotonic":1}',
    resource_json: instance,
  })

const POINTS = [
  // One in ten minutes: 0.19 and 0.21 by turns, and 0.9 from 09:00 to 10:00.
  ...Array.from({ length: 144 }, (_, n) => {
    const at = new Date(Date.UTC(2026, 10, 19, 12) + n * 600_000).toISOString()
    const value = at >= '2026-11-20T09' && at < '2026-11-20T10' ? 0.9 : n % 2 === 0 ? 0.19 : 0.21
    return point('steady', 'process.cpu.utilization', at.slice(8, 19).replace('T', ' '), value)
  }),
  // Two instances: one grows by 10 s in 20 s and begins anew in between, the other by 2 s.
  counter(1, 'a', 10, 100),
  counter(1, 'a', 20, 5),
  counter(1, 'a', 30, 15),
  counter(2, 'b', 10, 1),
  counter(2, 'b', 30, 3),
  point('api', 'process.memory.usage', '20 11:31:00', 100, { resource_json: 'a' }),
  point('api', 'process.memory.usage', '20 11:31:00', 300, { resource_json: 'b', series: 2 }),
  point('api', 'process.memory.usage', '20 11:41:00', 500, { resource_json: 'a' }),
  point('api', 'nodejs.eventloop.delay.p50', '20 11:31:00', 0.001),
  point('api', 'nodejs.eventloop.delay.p99', '20 11:31:00', 0.02),
  point('api', 'something.else', '20 11:31:00', 7),
  { ...point('theirs', 'process.memory.usage', '20 11:31:00', 1), tenant: 'acme' },
]

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
  await insertMade('steady', STEADY)
  await insertMade('weekly', WEEKLY)
  await clickhouse.client.insert({ table: 'metric_points', format: 'JSONEachRow', values: POINTS })
  // Some hours of each day; the others are read as they are.
  const hours = await rowsOf<{ at: number }>(
    clickhouse.client,
    `SELECT DISTINCT toUnixTimestamp(hour) AS at FROM dirty_hours WHERE hour < '2026-11-20' AND toHour(hour, 'UTC') IN (7, 9, 12) ORDER BY at`,
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

describe('patterns', () => {
  it('finds hours that are not as this hour of the day usually is, with what moved', async () => {
    const { anomalies } = await get('/patterns?environment=steady')
    const day = { basis: 'hour_of_day', samples: 8 }
    // Ten an hour, never more or less: σ = √10; of failures √(1 · 100 / 10); of durations a tenth.
    expect(anomalies.map(({ executions_filter: _, moved_with: __, ...rest }: Record<string, unknown>) => rest)).toEqual(
      [
        {
          ...day,
          pattern: 'slow',
          started_at: '2026-11-20T05:00:00.000Z',
          ended_at: '2026-11-20T06:00:00.000Z',
          value: 5000,
          expected: 1000,
          expected_low: 650,
          expected_high: 1350,
          score: 40,
          executions: 10,
          failures: 0,
          reason: 'executions took 5 s on average; up to 1.35 s is usual at this hour of the day',
        },
        {
          ...day,
          pattern: 'failures',
          started_at: '2026-11-20T07:00:00.000Z',
          ended_at: '2026-11-20T08:00:00.000Z',
          value: 60,
          expected: 0,
          expected_low: 0,
          expected_high: 11.068,
          score: 18.97,
          executions: 10,
          failures: 6,
          reason: '60 % of 10 executions failed; up to 11.1 % is usual at this hour of the day',
        },
        {
          ...day,
          pattern: 'spike',
          started_at: '2026-11-20T09:00:00.000Z',
          ended_at: '2026-11-20T10:00:00.000Z',
          value: 40,
          expected: 10,
          expected_low: 0,
          expected_high: 21.068,
          score: 9.49,
          executions: 40,
          failures: 0,
          reason: '40 executions started; 0 to 21 are usual at this hour of the day',
        },
      ],
    )
    expect(anomalies.map(({ moved_with }: { moved_with: unknown }) => moved_with)).toEqual([
      [],
      [],
      [
        {
          service: 'steady',
          metric: 'process.cpu.utilization',
          during: expect.closeTo(0.9, 9),
          before: expect.closeTo(0.2, 9),
          change_percent: 350,
        },
      ],
    ])
  })

  it('lead to the executions behind them', async () => {
    const { anomalies, bursts } = await get('/patterns?environment=steady')
    const totals = await Promise.all(
      [...anomalies, ...bursts].map(
        async ({ executions_filter }) => (await api.get(executions_filter.query)).body.total,
      ),
    )
    // Slow ones; failed ones; all of the hour; all of the burst.
    expect(totals).toEqual([10, 6, 40, 31])
  })

  it('finds bursts of minutes', async () => {
    const { bursts } = await get('/patterns?environment=steady')
    expect(bursts).toMatchObject([
      {
        pattern: 'burst',
        started_at: '2026-11-20T09:10:00.000Z',
        ended_at: '2026-11-20T09:13:00.000Z',
        // The one that starts every six minutes is the eleventh of 09:12.
        value: 11,
        expected: 0,
        executions: 31,
        basis: 'minutes',
        samples: 60,
        reason: '31 executions started in 3 minutes; 0 a minute are usual',
      },
    ])
  })

  it('compares with the period before and with last week', async () => {
    const { comparison, timeline } = await get('/patterns?environment=steady')
    // 270 after 240; 264 of 270 well; 302 s of 270 after 1 s each: 40 · 5 s + … = (260 + 50) / 270.
    const changed = { total_executions: 12.5, success_rate: -2.22, avg_duration_ms: 14.81, p95_duration_ms: 0 }
    expect(comparison).toEqual({ previous_period: changed, last_week: changed })
    expect(timeline).toHaveLength(24)
    expect(timeline.map(({ total }: { total: number }) => total).filter((total: number) => total !== 10)).toEqual([40])
  })

  it('prefer the same hour of the week where there are weeks', async () => {
    const { anomalies } = await get('/patterns?environment=weekly')
    expect(anomalies).toMatchObject([
      // (60 − 20) / √20
      {
        pattern: 'spike',
        started_at: '2026-11-20T09:00:00.000Z',
        value: 60,
        expected: 20,
        score: 8.94,
        basis: 'hour_of_week',
        samples: 4,
      },
      // (0 − 30) / √30
      {
        pattern: 'drop',
        started_at: '2026-11-20T10:00:00.000Z',
        value: 0,
        expected: 30,
        score: -5.48,
        basis: 'hour_of_week',
        samples: 4,
      },
    ])
    expect(anomalies[1].reason).toBe('0 executions started; 11 to 49 are usual at this hour of the week')
  })

  it('of a long range take bursts from what the worker found', async () => {
    await clickhouse.client.insert({
      table: 'execution_patterns',
      format: 'JSONEachRow',
      values: [
        {
          tenant: 'default',
          started_at: '2026-11-11 10:00:00',
          ended_at: '2026-11-11 10:02:00',
          pattern: 'burst',
          value: 50,
          expected: 1,
          expected_high: 7,
          score: 49,
          basis: 'minutes',
          samples: 60,
          executions: 80,
          reason: 'as found',
          detected_at: '2026-11-11 10:05:00.000000',
        },
      ],
    })
    const { bursts, comparison } = await get('/patterns?timeframe=30d&environment=steady')
    expect(bursts).toMatchObject([{ started_at: '2026-11-11T10:00:00.000Z', executions: 80, reason: 'as found' }])
    expect(comparison.last_week).toBeNull()
  })

  it('of nothing are none', async () => {
    expect(await get('/patterns?environment=nowhere')).toMatchObject({
      bursts: [],
      anomalies: [],
      comparison: { previous_period: { total_executions: null } },
    })
  })
})

describe('resources', () => {
  it('are told by service, out of the first metric that tells of each', async () => {
    const { services } = await get('/resources?timeframe=1h')
    const own = services.find(({ service }: { service: string }) => service === 'api')
    expect(services.map(({ service }: { service: string }) => service)).toEqual(['api', 'steady'])
    // 100 → 5 → 15 is 10 s in 20 s, 1 → 3 is 2 s in 20 s: 0.5 and 0.1, on average 0.3.
    expect(own).toMatchObject({
      instances: 2,
      cpu: { metric: 'process.cpu.time', unit: '1', current: expect.closeTo(0.3, 9) },
      memory: { metric: 'process.memory.usage', unit: 'By', current: 500, average: 450, peak: 500 },
      event_loop_delay: { metric: 'nodejs.eventloop.delay.p99', unit: 'ms', current: 20 },
      event_loop_utilization: null,
      workers_busy: null,
    })
    // 11:31 is in the seventh five minutes since 11:00:01, 11:41 in the ninth.
    const told = own.memory.series.flatMap(({ value }: { value: number | null }, i: number) =>
      value === null ? [] : [[i, value]],
    )
    expect(told).toEqual([
      [6, 400],
      [8, 500],
    ])
    expect(own.memory.series).toHaveLength(12)
  })
})
