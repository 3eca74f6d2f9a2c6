/** Every query of the dashboard on a real ClickHouse, over rebuilt hours and the running one, against answers written down here. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../test/kit/api.ts'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { expandGrafanaSql, type GrafanaState } from '../test/kit/expand-grafana-sql.ts'
import { rowsOf, startDatabase } from '../test/kit/stack-db.ts'
import { readDirtyHours, rebuildHour } from '../worker/rollup/rebuild-hours.ts'
import { executionsDashboard } from './executions-dashboard.ts'

const HOUR_S = 3_600
/** The hour that is running when this starts; the range begins two hours before. */
const RUNNING = Math.floor(Date.now() / 1000 / HOUR_S) * HOUR_S
const FROM = RUNNING - 2 * HOUR_S
const TO = RUNNING + HOUR_S
/** Quotes, a backslash at the end, a macro: names are anybody's. */
const HOSTILE = `it's "odd" $__toTime \\`

/** @param at seconds after {@link FROM} */
const timeOf = (at: number) => new Date((FROM + at) * 1000).toISOString().replace('T', ' ').replace('Z', '')
const execution = (id: string, at: number, more: Partial<ExecutionParts> = {}): ExecutionParts => ({
  execution_id: id,
  started_at: timeOf(at),
  ...more,
})
const ended = (id: string, at: number, duration_ms: number, more: Partial<ExecutionParts> = {}) =>
  execution(id, at, { duration_ms, ...more })

const FAILED_STEP = {
  'steps.name': ['load', 'send'],
  'steps.type': ['db', 'http'],
  'steps.status': ['success', 'error'],
  'steps.duration_ms': [10, 400],
}

/** 6 success, 1 partial, 1 error, 1 timeout, 2 open; 66.67 % of 9 final ones. */
const ROWS: ExecutionParts[] = [
  // The first hour, which is rebuilt.
  ended('s1', 0, 100),
  ended('s2', 30, 200, { environment: 'staging' }),
  ended('e1', 3_599, 900, {
    status: 'error',
    error_type: 'TypeError',
    error_message: 'it broke',
    failed_step: 'send',
    ...FAILED_STEP,
  }),
  // The second.
  ended('s3', HOUR_S + 60, 300, { workflow_id: HOSTILE, workflow_name: HOSTILE }),
  ended('t1', HOUR_S + 61, 700, { status: 'timeout', workflow_id: HOSTILE, workflow_name: HOSTILE, ...FAILED_STEP }),
  execution('w1', HOUR_S + 62, { status: 'waiting' }),
  // The running one.
  ended('s4', 2 * HOUR_S, 400, { workflow_id: 'new', workflow_name: 'Not rebuilt yet' }),
  ended('s5', 2 * HOUR_S + 1, 500),
  ended('s6', 2 * HOUR_S + 2, 600, { anchor_at: timeOf(-9 * HOUR_S) }),
  ended('p1', 2 * HOUR_S + 3, 800, { status: 'partial', ...FAILED_STEP }),
  execution('r1', 2 * HOUR_S + 4, { status: 'running' }),
  // None of these counts.
  ended('before', -1, 5_000, { status: 'error' }),
  ended('after', 3 * HOUR_S, 5_000, { status: 'error' }),
  ended('query', 10, 5_000, { kind: 'query' }),
  ended('request', 10, 5_000, { kind: 'request', status: 'error', ...FAILED_STEP }),
  ended('running query', 2 * HOUR_S + 5, 5_000, { kind: 'query', status: 'error', ...FAILED_STEP }),
  ended('theirs', 10, 5_000, { tenant: 'acme' }),
]

const DEFAULTS: GrafanaState = { from: FROM, to: TO, interval: 600, variables: currentVariables() }

let db: TestClickHouse
let api: TestApi
beforeAll(async () => {
  db = await startDatabase()
  api = await startApi({ clickhouseUrl: db.url })
  // Replaced by what follows: moved out of the range (one lay in the running hour), and from an open to a final status.
  const moved = [ended('m1', 700, 9_000), ended('m2', 2 * HOUR_S + 700, 9_000, { status: 'error' })]
  await insertExecutions(db.client, [execution('s1', 0, { status: 'running' }), ...moved])
  const replacing = moved.map((row) => ({
    ...row,
    anchor_at: row.started_at,
    started_at: timeOf(-2 * HOUR_S),
    previous_started_at: row.started_at,
  }))
  await insertExecutions(
    db.client,
    [...ROWS, ...replacing].map((row) => ({ ...row, version: '2' })),
  )
  for (const hour of await readDirtyHours(db.client, 0)) if (hour.hour < RUNNING) await rebuildHour(db.client, hour)
})
afterAll(async () => {
  await api?.stop()
  await db?.stop()
})

function currentVariables(): GrafanaState['variables'] {
  const { list } = executionsDashboard().templating
  return Object.fromEntries(list.map(({ name, current }) => [name, current.value]))
}

type Row = Record<string, string | number | null>

async function rows(title: string, type: string, state: GrafanaState = DEFAULTS): Promise<Row[]> {
  const panel = executionsDashboard().panels.find((one) => one.title === title && one.type === type)!
  return rowsOf<Row>(db.client, expandGrafanaSql(panel.targets[0]!.rawSql, state))
}

/** What a stat panel shows of a range: the sum of its points, or the last one. */
async function figure(title: string, state?: GrafanaState): Promise<number | null> {
  const panel = executionsDashboard().panels.find((one) => one.title === title && one.type === 'stat')!
  const { calcs } = panel.options.reduceOptions as { calcs: string[] }
  const points = await rows(title, 'stat', state)
  const values = points.map(({ time: _, ...value }) => Object.values(value)[0]!)
  if (calcs[0] === 'sum') return values.reduce<number>((sum, value) => sum + Number(value), 0)
  const last = values.at(-1) ?? null
  return last === null ? null : Number(last)
}

const within = (value: unknown, expected: number) => Math.abs(Number(value) / expected - 1) < 0.011
const chosen = (variables: GrafanaState['variables']): GrafanaState => ({
  ...DEFAULTS,
  variables: { ...DEFAULTS.variables, ...variables },
})
const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase()

describe('the figures on top', () => {
  it('are those of the executions in the range', async () => {
    expect(
      await rowsOf(
        db.client,
        `SELECT uniqExact(toStartOfHour(minute)) AS n FROM execution_minutes FINAL WHERE tenant = 'default' AND executions > 0 AND minute >= toDateTime(${FROM})`,
      ),
    ).toEqual([{ n: '2' }])
    expect(await figure('Executions')).toBe(11)
    expect(await figure('Success rate')).toBeCloseTo((100 * 6) / 9, 10)
    expect(await figure('Failures')).toBe(3)
    expect(await figure('Running')).toBe(2)
    // The 9th of 9.
    expect(within(await figure('p95 duration'), 900)).toBe(true)
  })

  it('are those of the API over the same range', async () => {
    const iso = (seconds: number) => encodeURIComponent(new Date(seconds * 1000).toISOString())
    const { status, body } = await api.get(`/api/v1/observability/kpis?from=${iso(FROM)}&to=${iso(TO)}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ total_executions: 11, failure_count: 3, meta: { running: 2 } })
    expect(await figure('Executions')).toBe(body.total_executions)
    expect(await figure('Failures')).toBe(body.failure_count)
    expect(await figure('Running')).toBe(body.meta.running)
    expect(await figure('Success rate')).toBeCloseTo(body.success_rate, 2)
    expect(within(await figure('p95 duration'), body.p95_duration_ms)).toBe(true)
  })

  it('are about the chosen environments, kinds and workflows only', async () => {
    expect(await figure('Executions', chosen({ environment: [hex('staging')] }))).toBe(1)
    expect(await figure('Executions', chosen({ environment: [hex('staging'), hex('default')] }))).toBe(11)
    expect(await figure('Executions', chosen({ kind: ['query', 'request'] }))).toBe(3)
    expect(await figure('Failures', chosen({ workflow: [hex(HOSTILE)] }))).toBe(1)
    expect(await figure('Executions', chosen({ workflow: [hex(HOSTILE), hex('new')] }))).toBe(3)
    expect(await figure('Executions', chosen({ tenant: 'acme' }))).toBe(1)
  })

  it('are zero or nothing, never a wrong number, where nothing is', async () => {
    const empty = { ...DEFAULTS, from: FROM - 100 * HOUR_S, to: FROM - 90 * HOUR_S }
    expect(await figure('Executions', empty)).toBe(0)
    expect(await figure('Success rate', empty)).toBeNull()
    expect(await figure('p95 duration', empty)).toBeNull()
  })

  it('count whole minutes: one that the range cuts is in it', async () => {
    expect(await figure('Executions', { ...DEFAULTS, from: FROM + 59, to: FROM + HOUR_S - 30 })).toBe(3)
  })
})

describe('the charts', () => {
  it('have every bucket, empty ones with zeros, and each status in its own', async () => {
    const points = await rows('Throughput by status', 'timeseries')
    expect(points).toHaveLength((TO - FROM) / 600)
    const zeros = {
      success: 0,
      partial: 0,
      failed: 0,
      error: 0,
      timeout: 0,
      cancelled: 0,
      running: 0,
      waiting: 0,
      queued: 0,
    }
    const seen = points.map(({ time, ...counts }) => ({
      at: Date.parse(`${time}Z`) / 1000 - FROM,
      ...Object.fromEntries(Object.entries(counts).map(([status, n]) => [status, Number(n)])),
    }))
    const expected = new Map<number, object>([
      [0, { success: 2 }],
      [3_000, { error: 1 }],
      [3_600, { success: 1, timeout: 1, waiting: 1 }],
      [7_200, { success: 3, partial: 1, running: 1 }],
    ])
    expect(seen).toEqual(Array.from({ length: 18 }, (_, n) => ({ at: n * 600, ...zeros, ...expected.get(n * 600) })))
  })

  it('tell the success rate where something is final', async () => {
    const points = await rows('Success rate', 'timeseries')
    expect(points.map(({ success_rate }) => success_rate)).toEqual([100, 0, 50, 75])
  })

  it('tell percentiles within 1.1 %, and none where nothing has a duration', async () => {
    const points = await rows('Duration', 'timeseries', { ...chosen({ workflow: [hex('w1')] }), interval: HOUR_S })
    // 100, 200, 900; a waiting one; 500, 600, 800.
    expect(points).toHaveLength(3)
    expect(points[1]).toMatchObject({ p50: null, p95: null, p99: null })
    expect([within(points[0]!.p50, 200), within(points[2]!.p50, 600)]).toEqual([true, true])
    expect([within(points[0]!.p99, 900), within(points[2]!.p95, 800)]).toEqual([true, true])
  })
})

describe('the tables', () => {
  it('list workflows by failures, by their names where a rebuilt hour tells them', async () => {
    const list = await rows('Workflows', 'table')
    expect(list.map(({ workflow, executions, failures }) => [workflow, Number(executions), Number(failures)])).toEqual([
      ['Workflow one', 8, 2],
      [HOSTILE, 2, 1],
      ['new', 1, 0],
    ])
    expect(list.map(({ success_rate }) => success_rate)).toEqual([(100 * 4) / 6, 50, 100])
    expect(list.map(({ p95 }, index) => within(p95, [900, 700, 400][index]!))).toEqual([true, true, true])
  })

  it('list steps by failures, of rebuilt hours and the running one', async () => {
    const list = await rows('Failing steps', 'table')
    expect(
      list.map(({ workflow, step_name, step_type, steps, failures, failure_rate }) => [
        workflow,
        step_name,
        step_type,
        Number(steps),
        Number(failures),
        failure_rate,
      ]),
    ).toEqual([
      ['w1', 'send', 'http', 2, 2, 100],
      [HOSTILE, 'send', 'http', 1, 1, 100],
    ])
    expect(within(list[0]!.p95, 400)).toBe(true)
    expect(await rows('Failing steps', 'table', chosen({ workflow: [hex(HOSTILE)] }))).toHaveLength(1)
  })

  it('list executions, the slowest first', async () => {
    const list = await rows('Slowest executions', 'table')
    expect(list.map(({ execution_id, duration_ms }) => [execution_id, duration_ms])).toEqual([
      ['e1', 900],
      ['p1', 800],
      ['t1', 700],
      ['s6', 600],
      ['s5', 500],
      ['s4', 400],
      ['s3', 300],
      ['s2', 200],
      ['s1', 100],
    ])
    expect(list[2]).toMatchObject({ workflow: HOSTILE, status: 'timeout', instance: 'shop' })
  })

  it('list the failed executions, the last first', async () => {
    const list = await rows('Failed executions', 'table')
    expect(list.map(({ execution_id, status }) => [execution_id, status])).toEqual([
      ['p1', 'partial'],
      ['t1', 'timeout'],
      ['e1', 'error'],
    ])
    expect(list[2]).toMatchObject({
      workflow: 'Workflow one',
      failed_step: 'send',
      error_type: 'TypeError',
      error: 'it broke',
      duration_ms: 900,
    })
    const one = await rows('Failed executions', 'table', chosen({ workflow: [hex(HOSTILE)] }))
    expect(one.map(({ execution_id }) => execution_id)).toEqual(['t1'])
  })
})

describe('every panel', () => {
  const panels = executionsDashboard().panels.map(({ title, type }) => [title, type] as const)
  /** Whether rows say anything: a count above zero, a figure or a name. */
  const tells = (list: readonly Row[]) =>
    list.some(({ time: _, ...values }) => Object.values(values).some((value) => value !== null && Number(value) !== 0))

  it.each(panels)('is about executions of the chosen kinds only: %s (%s)', async (title, type) => {
    const none = await rows(title, type, chosen({ kind: ['pipeline'] }))
    expect(tells(none)).toBe(false)
    const requests = await rows(title, type, chosen({ kind: ['request'] }))
    if (title === 'Running') expect(requests).toEqual(none)
    else expect(requests).not.toEqual(none)
    expect(await rows(title, type, chosen({ kind: ['workflow'] }))).toEqual(await rows(title, type))
  })

  it('about steps takes the kind from rebuilt hours and from the running one', async () => {
    const steps = async (kind: string) =>
      (await rows('Failing steps', 'table', chosen({ kind: [kind] }))).map(({ failures }) => Number(failures))
    expect([await steps('request'), await steps('query')]).toEqual([[1], [1]])
  })
})

describe('the variables', () => {
  const options = (name: string) => {
    const { query } = executionsDashboard().templating.list.find((one) => one.name === name)!
    return rowsOf(db.client, expandGrafanaSql((query as { rawSql: string }).rawSql, DEFAULTS))
  }

  it('offer every environment and workflow of the range, by values that no quote gets into', async () => {
    expect(await options('environment')).toEqual([
      { value: hex('default'), label: 'default' },
      { value: hex('staging'), label: 'staging' },
    ])
    expect(await options('workflow')).toEqual([
      { value: hex('w1'), label: 'Workflow one' },
      { value: hex(HOSTILE), label: HOSTILE },
      { value: hex('new'), label: 'new' },
    ])
  })
})
