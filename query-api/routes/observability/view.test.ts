import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { type Collector, startCollector } from '../../../test/kit/collector.ts'
import { rebuildHours } from '../../../test/kit/rollups.ts'
import { startDatabase } from '../../../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
let clickhouse: TestClickHouse
let collector: Collector
let api: TestApi

let runs = 0
/** So many in one status, a minute apart, from a time on. */
function some(environment: string, at: string, status: string, count: number, more: Partial<ExecutionParts> = {}) {
  const from = Date.parse(`2026-11-${at.replace(' ', 'T')}:00Z`)
  return Array.from({ length: count }, (_, n): ExecutionParts => {
    const started_at = new Date(from + n * 60_000).toISOString().replace('T', ' ').slice(0, 23)
    const timed = status === 'running' ? { last_seen_at: '2026-11-20 11:59:00' } : { duration_ms: 100 }
    return { execution_id: `run-${++runs}`, environment, status, started_at, ...timed, ...more }
  })
}

/** The range is 24 hours up to the 20th 12:00:01, its week before goes back to the 12th. */
const ROWS: ExecutionParts[] = [
  // 90 % now and in the week before; one of the week still runs.
  ...some('prod', '20 09:00', 'error', 1),
  ...some('prod', '20 09:10', 'success', 9),
  ...some('prod', '15 09:00', 'success', 9),
  ...some('prod', '15 10:00', 'error', 1),
  ...some('prod', '16 10:00', 'running', 1),
  // 95 % after 100 %.
  ...some('fallen', '20 08:00', 'error', 1),
  ...some('fallen', '20 08:10', 'success', 19),
  ...some('fallen', '16 08:00', 'success', 5),
  // The last three failed, two of them of another workflow.
  ...some('dead', '20 10:00', 'success', 1),
  ...some('dead', '20 10:01', 'error', 2, {
    workflow_id: 'w2',
    error_type: 'E',
    error_fingerprint: 'f1',
    user_id: 'ann',
    error_message: 'no',
  }),
  ...some('dead', '20 10:05', 'timeout', 1, { error_type: 'T', error_message: 'late' }),
  ...some('dead', '20 11:00', 'running', 1),
  // Never a success: two errors and one that fell silent.
  ...some('silent', '20 10:00', 'error', 2),
  ...some('silent', '20 10:05', 'running', 1, { last_seen_at: '2026-11-18 10:00:00' }),
  // Three failures, and one success after.
  ...some('back', '20 09:00', 'failed', 3),
  ...some('back', '20 10:00', 'success', 1),
  ...some('fresh', '20 11:30', 'running', 1),
  ...some('quiet', '14 11:30', 'success', 1),
  ...some('old', '02 11:30', 'success', 1),
  ...some('queries', '20 11:30', 'success', 1, { kind: 'query' }),
  ...some('theirs', '20 11:30', 'success', 1, { tenant: 'acme' }),
]

beforeAll(async () => {
  collector = await startCollector()
  clickhouse = await startDatabase()
  const otlpHttp = new URL(collector.urls.otlpHttp).host
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW, otlpHttp })
  await insertExecutions(clickhouse.client, ROWS)
  await rebuildHours(clickhouse.client, Date.parse('2026-11-20T11:00:00Z'))
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
  await collector?.stop()
})

const get = async (path: string) => {
  const { status, body } = await api.get(`/api/v1/${path}`)
  expect([path, status, body.detail]).toEqual([path, 200, undefined])
  return body
}
interface Named {
  environment: string
  health: string
}
const healths = (environments: Named[]) => environments.map(({ environment, health }) => [environment, health])

describe('environments', () => {
  it('come by their health, those in trouble first', async () => {
    const { environments, count, meta } = await get('observability/environments')
    expect(healths(environments)).toEqual([
      ['dead', 'down'],
      ['silent', 'down'],
      ['fallen', 'degraded'],
      ['back', 'degraded'],
      ['prod', 'healthy'],
      ['fresh', 'healthy'],
      ['quiet', 'idle'],
    ])
    expect([count, meta.source, meta.running]).toEqual([7, 'raw', 2])
  })

  it('tell what their health is from', async () => {
    const { environments } = await get('observability/environments')
    const of = (name: string) => environments.find((each: Named) => each.environment === name)
    expect(of('dead')).toMatchObject({
      total_executions: 5,
      success_count: 1,
      failure_count: 3,
      success_rate: 25,
      success_rate_week_before: null,
      active_runs: 1,
      last_seen_at: '2026-11-20T11:00:00.000Z',
      last_success_at: '2026-11-20T10:00:00.000Z',
      last_failure_at: '2026-11-20T10:05:00.000Z',
    })
    expect(of('prod')).toMatchObject({ success_rate: 90, success_rate_week_before: 90, active_runs: 1 })
    expect(of('fallen')).toMatchObject({ success_rate: 95, success_rate_week_before: 100 })
    expect(of('fresh')).toMatchObject({ success_rate: null, last_success_at: null, last_failure_at: null })
    expect(of('quiet')).toMatchObject({ total_executions: 0, last_seen_at: '2026-11-14T11:30:00.000Z' })
  })

  it('of a long range are judged from rollups by the same rule', async () => {
    const { environments, meta } = await get('observability/environments?time_range=30d')
    expect(meta.source).toBe('rollup')
    expect(healths(environments)).toEqual([
      ['dead', 'down'],
      ['silent', 'down'],
      ['back', 'degraded'],
      // 24 of 25 and 18 of 20, and no week before.
      ['fallen', 'healthy'],
      ['prod', 'healthy'],
      ['fresh', 'healthy'],
      ['old', 'healthy'],
      ['quiet', 'healthy'],
    ])
  })

  it('are narrowed by kind and name', async () => {
    expect(healths((await get('observability/environments?kind=query')).environments)).toEqual([['queries', 'healthy']])
    expect(healths((await get('observability/environments?environment=dead')).environments)).toEqual([['dead', 'down']])
  })
})

describe('analytics', () => {
  it('tell of every workflow in every environment', async () => {
    const { executions, count, total, meta } = await get('analytics/executions')
    expect([count, total, meta.running]).toEqual([7, 7, 2])
    expect(executions[0]).toMatchObject({ workflow_id: 'w1', environment: 'fallen', total_count: 20 })
    expect(executions.find((each: { workflow_id: string }) => each.workflow_id === 'w2')).toEqual({
      workflow_id: 'w2',
      workflow_name: 'Workflow one',
      environment: 'dead',
      total_count: 2,
      success_count: 0,
      failure_count: 2,
      avg_duration: 100,
      p50_duration: 100,
      p95_duration: 100,
      last_execution_at: '2026-11-20T10:02:00.000Z',
      last_failure_at: '2026-11-20T10:02:00.000Z',
      last_error_message: 'no',
    })
    const dead = executions.find(
      (each: Record<string, string>) => each.environment === 'dead' && each.workflow_id === 'w1',
    )
    expect(dead).toMatchObject({ total_count: 3, failure_count: 1, last_error_message: 'late' })
  })

  it('of a long range count the same', async () => {
    const plain = ({ workflow_id, environment, total_count, failure_count }: Record<string, unknown>) =>
      [workflow_id, environment, total_count, failure_count].join(' ')
    const range = 'from=2026-11-19T12:00:01Z'
    const short = await get(`analytics/executions?${range}&to=2026-11-20T12:00:01Z`)
    const long = await get(`analytics/executions?${range}&to=2026-11-22T00:00:00Z`)
    expect([short.meta.source, long.meta.source]).toEqual(['raw', 'rollup'])
    expect(long.executions.map(plain)).toEqual(short.executions.map(plain))
    expect((await get('analytics/executions?limit=1')).count).toBe(1)
  })
})

describe('the overview', () => {
  it('has the parts as they are by themselves', async () => {
    const body = await get('observability/overview?environment=dead')
    const [kpis, workflows, environments] = [
      await get('observability/kpis?environment=dead'),
      await get('observability/workflows?environment=dead'),
      await get('observability/environments?environment=dead'),
    ]
    expect(body.kpis).toEqual(kpis)
    expect(body.workflows).toEqual(workflows.workflows)
    expect(body.environments).toEqual(environments.environments)
    const { errors } = await get('observability/errors?environment=dead')
    expect(body.errors).toEqual(errors)
    expect(errors).toMatchObject([
      { fingerprint: 'f1', count: 2 },
      { count: 1, affected_users: 0 },
    ])
    expect(body.status.versions).toMatchObject({ node: process.versions.node })
  })
})

describe('figures for Prometheus', () => {
  const lines = async (query: string) => {
    const { status, headers, body } = await api.get(`/api/v1/metrics/executions.prom?${query}`)
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    return String(body).split('\n')
  }

  it('are of every workflow by itself', async () => {
    const page = await lines('environment=dead')
    const w1 = 'workflow_id="w1",workflow_name="Workflow one"'
    for (const line of [
      'runlens_executions_window_seconds 86400',
      '# TYPE runlens_executions gauge',
      `runlens_executions{${w1},status="success"} 1`,
      `runlens_executions{${w1},status="timeout"} 1`,
      `runlens_executions{${w1},status="lost"} 0`,
      'runlens_executions{workflow_id="w2",workflow_name="Workflow one",status="error"} 2',
      `runlens_executions_running{${w1}} 1`,
      `runlens_executions_success_percent{${w1}} 50`,
      `runlens_execution_duration_seconds{${w1},quantile="0.95"} 0.1`,
      `runlens_execution_duration_seconds_avg{${w1}} 0.1`,
    ]) {
      expect(page).toContain(line)
    }
  })

  it.each(['time_range=24h', 'time_range=30d'])(
    'of %s are as many as asked for, and all others together',
    async (range) => {
      const page = await lines(`${range}&environment=dead&limit=1`)
      const other = 'workflow_id="other",aggregated="true"'
      expect(page).toContain(`runlens_executions{${other},status="error"} 2`)
      expect(page).toContain(`runlens_executions_success_percent{${other}} 0`)
      expect(page.filter((line) => line.startsWith('runlens_executions_running'))).toHaveLength(2)
    },
  )

  it('have no duration where nothing is over', async () => {
    const page = await lines('environment=fresh')
    expect(page.filter((line) => line.startsWith('runlens_execution_duration'))).toEqual([])
    expect(page.at(-1)).toBe('')
  })
})

describe('the status', () => {
  it('says who is missing before a worker ever ran', async () => {
    const body = await get('observability/status')
    expect(body).toMatchObject({
      state: 'attention',
      ingest: { lag_ms: null, spool: { bytes: expect.any(Number), pending_records: 0, lag_seconds: 0 } },
      reconciler: { jobs: [] },
      as_of: '2026-11-20T12:00:00.500Z',
    })
    expect(body.ingest.spool.bytes_max).toBeGreaterThan(1e9)
    expect(body.faults).toEqual(
      expect.arrayContaining(['No worker holds the job settle.', 'No worker holds the job rollup.']),
    )
    expect(body.versions).toEqual({
      runlens: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: process.versions.node,
      clickhouse: expect.stringMatching(/^\d+\.\d+/),
      collector: body.versions.runlens,
    })
  })

  it('tells of jobs, storage and rollups', async () => {
    // Leases that are over disappear by the real clock.
    const lease = {
      host: 'machine',
      pid: 1,
      claimed_at: '2026-11-20 11:00:00',
      renewed_at: '2026-11-20 11:59:59',
      expires_at: '2100-01-01 00:00:00',
    }
    await clickhouse.client.insert({
      table: 'worker_leases',
      format: 'JSONEachRow',
      values: [
        { ...lease, job: 'settle', owner: 'a' },
        { ...lease, job: 'rollup', owner: 'a' },
        // The oldest claim holds the job.
        { ...lease, job: 'rollup', owner: 'b', host: 'other', claimed_at: '2026-11-20 11:30:00' },
      ],
    })
    await clickhouse.client.insert({
      table: 'worker_status',
      format: 'JSONEachRow',
      values: [
        { job: 'settle', updated_at: '2026-11-20 11:59:55', owner: 'a', lag_ms: 250, traces_waiting: 3, fault: '' },
      ],
    })
    const body = await get('observability/status')
    expect(body.ingest.lag_ms).toBe(250)
    expect(body.reconciler.jobs).toEqual([
      {
        job: 'rollup',
        holder: 'machine',
        lease_expires_at: '2100-01-01T00:00:00.000Z',
        reported_at: null,
        lag_ms: null,
        traces_waiting: null,
        fault: null,
      },
      {
        job: 'settle',
        holder: 'machine',
        lease_expires_at: '2100-01-01T00:00:00.000Z',
        reported_at: '2026-11-20T11:59:55.000Z',
        lag_ms: 250,
        traces_waiting: 3,
        fault: null,
      },
    ])
    // The hour from 11 to 12 is over and was left to be rebuilt.
    expect(body.rollups.waiting_hours).toBe(1)
    expect(body.rollups.last_rebuilt_at).not.toBeNull()
    const executions = body.storage.tables.find(({ table }: { table: string }) => table === 'executions')
    expect(executions).toMatchObject({ rows: ROWS.length })
    expect(body.storage.bytes).toBeGreaterThanOrEqual(executions.bytes)
    expect(body.storage.disks[0].free_bytes).toBeGreaterThan(0)
    expect(body.faults.filter((fault: string) => fault.startsWith('No worker'))).toEqual([])
  })
})
