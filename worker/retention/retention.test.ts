import { setTimeout as sleep } from 'node:timers/promises'
import { RETENTION_DEFAULTS, RETENTION_SETTINGS_ID, type RetentionSettings } from '@runlens/clickhouse'
import { settle } from '@runlens/mapping'
import { createLogger } from '@runlens/runtime'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertExecutions, traceCell, traceHex } from '../../test/kit/api.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { createMetrics } from '../metrics.ts'
import { readDirtyHours, rebuildHour } from '../rollup/rebuild-hours.ts'
import { settleTraces } from '../settle/settle-traces.ts'
import { markNewest } from '../settle/write-executions.ts'
import { RetentionJob } from './retention-job.ts'
import { ALL_TENANTS, runRetention } from './run-retention.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const DAY = 86_400_000
/** The clock of every test here; far enough behind the server's own that all hours are over. */
const NOW = Date.UTC(2026, 5, 20, 12)

const ago = (days: number) => new Date(NOW - days * DAY).toISOString().replace('T', ' ').replace('Z', '')

interface Parts {
  status?: 'success' | 'failed' | 'running'
  workflow_id?: string
  environment?: string
  trace?: number
  input?: string
  user_id?: string
}

async function insert(tenant: string, id: string, days: number, { trace = 1, ...parts }: Parts = {}): Promise<void> {
  await insertExecutions(db.client, [
    {
      tenant,
      execution_id: id,
      started_at: ago(days),
      ended_at: ago(days),
      duration_ms: 100,
      trace_id: traceCell(trace),
      ...parts,
    },
  ])
}

async function setRules(tenant: string, settings: Partial<RetentionSettings>): Promise<void> {
  const settings_json = JSON.stringify({ ...RETENTION_DEFAULTS, keep_at_least: 0, ...settings })
  await db.client.insert({
    table: 'retention_rules',
    format: 'JSONEachRow',
    values: [{ tenant, id: RETENTION_SETTINGS_ID, settings_json, is_deleted: 0 }],
  })
}

/** Rows by table of a whole run. */
async function run(tenant: string, withSweep = false, nowMs = NOW): Promise<Record<string, number>> {
  const removed: Record<string, number> = {}
  for await (const { table, rows } of runRetention({ client: db.client, tenant, withSweep, nowMs })) {
    if (rows > 0) removed[table] = (removed[table] ?? 0) + rows
    // Asking without a pause, some thousand times, was a sixth of what ClickHouse did here.
    else await sleep(50)
  }
  return removed
}

async function idsOf(tenant: string): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db.client,
    `SELECT execution_id AS id FROM executions FINAL WHERE tenant = '${tenant}' ORDER BY id`,
  )
  return rows.map(({ id }) => id)
}

async function rebuildAll(...tenants: string[]): Promise<void> {
  const hours = await readDirtyHours(db.client, 0)
  for (const hour of hours) if (tenants.includes(hour.tenant)) await rebuildHour(db.client, hour)
}

/** Executions as the rollups count them. */
async function figures(tenant: string): Promise<unknown> {
  const [row] = await rowsOf(
    db.client,
    `SELECT (SELECT sum(executions) FROM v_execution_minutes WHERE tenant = '${tenant}') AS minutes,
  (SELECT sum(executions) FROM execution_hours FINAL WHERE tenant = '${tenant}') AS hours,
  (SELECT sum(executions) FROM execution_hours_total FINAL WHERE tenant = '${tenant}') AS total`,
  )
  return row
}

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0')

async function insertSpan(tenant: string, trace: string, span: number, days: number, more: Partial<TestSpan> = {}) {
  await insertSpans(
    db.client,
    [
      {
        tenant,
        trace_id: trace,
        span_id: hex(span, 16),
        start: 0,
        end: 100,
        role: 'step',
        received_at: NOW - days * DAY,
        ...more,
      },
    ],
    { spanEpochMs: NOW - days * DAY },
  )
}

async function spansOf(tenant: string): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    db.client,
    `SELECT lower(hex(span_id)) AS id FROM spans FINAL WHERE tenant = '${tenant}' ORDER BY id`,
  )
  return rows.map(({ id }) => String(Number.parseInt(id, 16)))
}

it('removes what the first matching rule says is old, and leaves the figures as they were', async () => {
  await setRules('rules', {
    rules: [
      { match: { status: ['success'], workflow_id: 'noisy' }, days: 1 },
      { match: { environment: 'prod' }, days: 30 },
    ],
  })
  await insert('rules', 'noisy success', 2, { workflow_id: 'noisy' })
  await insert('rules', 'noisy success in prod', 2, { workflow_id: 'noisy', environment: 'prod' })
  await insert('rules', 'noisy failed', 2, { workflow_id: 'noisy', status: 'failed' })
  await insert('rules', 'prod', 20, { environment: 'prod' })
  await insert('rules', 'old prod', 31, { environment: 'prod' })
  await insert('rules', 'old', 8)
  await insert('rules', 'young', 6)
  // Others of the same days, so that no day goes as a whole.
  for (const days of [2, 8, 20, 31]) await insert('other', `${days}`, days)
  await rebuildAll('rules')
  const before = await figures('rules')
  expect(before).toEqual({ minutes: '7', hours: '7', total: '7' })
  expect(await run('rules')).toEqual({ executions: 4 })
  expect(await idsOf('rules')).toEqual(['noisy failed', 'prod', 'young'])
  expect(await idsOf('other')).toHaveLength(4)
  await markNewest(db.client)
  await rebuildAll('rules')
  expect(await figures('rules')).toEqual(before)
  expect(await run('rules')).toEqual({})
})

it('builds the figures of an hour that was never built before its executions go', async () => {
  await setRules('unbuilt', {})
  await insert('unbuilt', 'gone', 9)
  await insert('other', 'same day', 9)
  expect(await run('unbuilt')).toEqual({ executions: 1 })
  expect(await figures('unbuilt')).toEqual({ minutes: '1', hours: '1', total: '1' })
  // What comes late is data; the figures of its hour are final.
  await insert('unbuilt', 'late', 9)
  await rebuildAll('unbuilt')
  expect(await idsOf('unbuilt')).toEqual(['late'])
  expect(await figures('unbuilt')).toEqual({ minutes: '1', hours: '1', total: '1' })
})

it('keeps the latest executions of a tenant, however old', async () => {
  await setRules('keeper', { keep_at_least: 2 })
  for (const days of [10, 20, 30, 40]) await insert('keeper', `${days}`, days)
  for (const days of [10, 20, 30, 40]) await insert('other', `keeper ${days}`, days)
  expect(await run('keeper')).toEqual({ executions: 2 })
  expect(await idsOf('keeper')).toEqual(['10', '20'])
})

it('drops a day as a whole once it is old for everybody, and its figures stay', async () => {
  for (const tenant of ['drop a', 'drop b']) {
    await setRules(tenant, { rules: [{ match: { status: ['failed'] }, days: 60 }] })
    await insert(tenant, 'old', 70)
  }
  await rebuildAll('drop a', 'drop b')
  expect(await run('drop a')).toEqual({ executions: 2 })
  const parts = await rowsOf(
    db.client,
    `SELECT name FROM system.parts WHERE table = 'executions' AND active AND partition = '${ago(70).slice(0, 10)}'`,
  )
  expect(parts).toEqual([])
  await rebuildAll('drop a', 'drop b')
  for (const tenant of ['drop a', 'drop b']) {
    expect(await figures(tenant)).toEqual({ minutes: '1', hours: '1', total: '1' })
  }
})

it('takes the payload before the execution, and a late span brings nothing back', async () => {
  await setRules('payload', { default_payload_days: 2, default_days: 5 })
  const trace = hex(77, 32)
  const entry = { role: 'entry', execution_kind: 'workflow', workflow_id: 'pay', status: 'success' } as const
  await insertSpan('payload', trace, 1, 3, {
    ...entry,
    execution_id: 'cut',
    input_key: 'in',
    attributes: { in: 'IN', of: 'x' },
  })
  await insertSpan('payload', trace, 2, 3, { parent_span_id: hex(1, 16), status: 'success' })
  const settleIt = () =>
    settleTraces({
      client: db.client,
      settle,
      tenant: 'payload',
      traces: [{ trace_id: trace, ranges: [] }],
      spansPerTraceMax: 100,
      candidateTimeoutMs: 0,
      payloadBytesMax: 1_024,
      now: () => NOW - 3 * DAY,
      persist: (write) => write(),
      onFault: (_, error) => {
        throw error
      },
    })
  await settleIt()
  await insert('payload', 'open', 3, { status: 'running', input: 'IN' })
  await insert('payload', 'young', 1, { input: 'IN' })
  const shown = () =>
    rowsOf(
      db.client,
      `SELECT execution_id AS id, status, input, length(attributes) AS attributes, step_count AS steps, removed
FROM executions FINAL WHERE tenant = 'payload' ORDER BY id`,
    )
  const others = [
    { id: 'open', status: 'running', input: 'IN', attributes: '0', steps: 0, removed: '' },
    { id: 'young', status: 'success', input: 'IN', attributes: '0', steps: 0, removed: '' },
  ]
  expect(await shown()).toEqual([
    { id: 'cut', status: 'success', input: 'IN', attributes: '1', steps: 1, removed: '' },
    ...others,
  ])
  expect(await run('payload', true)).toEqual({ payloads: 1, spans: 2 })
  const cut = [{ id: 'cut', status: 'success', input: '', attributes: '0', steps: 1, removed: 'payload' }, ...others]
  expect(await shown()).toEqual(cut)
  await insertSpan('payload', trace, 3, 3, { parent_span_id: hex(1, 16), status: 'failed' })
  await settleIt()
  await insertSpan('payload', trace, 1, 3, { ...entry, execution_id: 'cut', status: 'failed' })
  await settleIt()
  expect(await shown()).toEqual(cut)
  expect(await run('payload', true)).toEqual({ spans: 2 })
  expect(await run('payload', true, NOW + 2 * DAY + 1_000)).toMatchObject({ executions: 2, payloads: 1 })
})

it('removes spans with the last execution of their trace, and those of none after the default days', async () => {
  await setRules('raw', { rules: [{ match: { status: ['failed'] }, days: 30 }] })
  await insert('raw', 'gone', 10, { trace: 1, user_id: 'ann' })
  await insert('raw', 'failed', 10, { trace: 2, status: 'failed', user_id: 'ann' })
  await insert('raw', 'beside the failed', 10, { trace: 2 })
  await insert('other', 'raw', 10)
  await insertSpan('raw', traceHex(1), 1, 10)
  await insertSpan('raw', traceHex(2), 2, 10)
  await insertSpan('raw', hex(9, 32), 3, 10)
  await insertSpan('raw', hex(9, 32), 4, 6)
  // Came a moment ago: it may become an execution yet.
  await insertSpan('raw', hex(10, 32), 5, 10, { received_at: NOW - 1_000 })
  await db.client.insert({
    table: 'logs',
    format: 'JSONEachRow',
    values: [10, 6].map((days) => ({ tenant: 'raw', time: ago(days), received_at: ago(days), body: `${days}` })),
  })
  const terms = () =>
    rowsOf<{ id: string }>(
      db.client,
      "SELECT execution_id AS id FROM execution_terms FINAL WHERE tenant = 'raw' AND value = 'ann' ORDER BY id",
    )
  expect(await run('raw')).toEqual({ executions: 2 })
  expect(await terms()).toEqual([{ id: 'failed' }, { id: 'gone' }])
  expect(await spansOf('raw')).toEqual(['1', '2', '3', '4', '5'])
  await run(ALL_TENANTS)
  expect(await spansOf('raw')).toEqual(['2', '4', '5'])
  expect(await rowsOf(db.client, "SELECT body FROM logs WHERE tenant = 'raw'")).toEqual([{ body: '6' }])
  const places = await rowsOf(
    db.client,
    "SELECT DISTINCT execution_id AS id FROM execution_locator WHERE tenant = 'raw' ORDER BY id",
  )
  expect(places).toEqual([{ id: 'failed' }])
  expect(await terms()).toEqual([{ id: 'failed' }])
})

it('removes figures by a rule of their own', async () => {
  await setRules('figures', { default_days: 5, rollup_days: 50 })
  await insert('figures', 'old', 51)
  await insert('figures', 'young', 49)
  for (const days of [51, 49]) await insert('other', `figures ${days}`, days)
  await rebuildAll('figures')
  await run('figures')
  expect(await figures('figures')).toEqual({ minutes: '2', hours: '2', total: '2' })
  await run(ALL_TENANTS)
  expect(await figures('figures')).toEqual({ minutes: '1', hours: '1', total: '1' })
})

it('does the rest after it was stopped in the middle, 1 000 executions a statement', async () => {
  await setRules('many', {})
  await db.client.command({
    query: `INSERT INTO executions (tenant, anchor_at, started_at, last_seen_at, execution_id, status, version)
SELECT 'many', toDateTime64('${ago(8)}', 6) AS t, t, t, toString(number), 'success', 1 FROM numbers(2500)`,
  })
  await insert('other', 'many', 8)
  const steps = runRetention({ client: db.client, tenant: 'many', withSweep: false, nowMs: NOW })
  expect((await steps.next()).value).toEqual({ table: 'executions', rows: 1_000 })
  await steps.return(undefined)
  expect(await run('many')).toEqual({ executions: 1_500 })
  expect(await idsOf('many')).toEqual([])
  expect(await figures('many')).toEqual({ minutes: '2500', hours: '2500', total: '2500' })
})

it('does what was asked for, also what a killed worker had begun, and tells of it', async () => {
  await setRules('job', {})
  await insert('job', 'old', 8)
  await insert('other', 'job', 8)
  await db.client.insert({
    table: 'retention_runs',
    format: 'JSONEachRow',
    values: [{ tenant: 'job', id: 'left', state: 'running', trigger: 'request', requested_at: ago(0) }],
  })
  const metrics = createMetrics()
  const log = createLogger('worker', 'silent')
  const job = new RetentionJob({ client: db.client, log, owner: 'test', observe: metrics, now: () => NOW })
  await job.begin()
  while ((await job.step()) < 1_000);
  await job.end()
  const [told] = await rowsOf<{ state: string; removed_json: string; fault: string }>(
    db.client,
    "SELECT state, removed_json, fault FROM retention_runs FINAL WHERE tenant = 'job'",
  )
  expect(told).toMatchObject({ state: 'done', fault: '' })
  expect(JSON.parse(told!.removed_json)).toMatchObject({ executions: 1 })
  expect(await idsOf('job')).toEqual([])
  expect(await metrics.registry.metrics()).toMatch(/^runlens_retention_removed_rows_total\{table="executions"\} 1$/m)
  expect(await rowsOf(db.client, "SELECT fault FROM worker_status FINAL WHERE job = 'retention'")).toEqual([
    { fault: '' },
  ])
})
