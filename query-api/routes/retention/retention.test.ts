import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertExecutions, startApi, type TestApi, traceCell } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { rowsOf, startDatabase } from '../../../test/kit/stack-db.ts'

let db: TestClickHouse
let api: TestApi
const NOW = Date.UTC(2026, 10, 20, 12)
const ago = (days: number) => new Date(NOW - days * 86_400_000).toISOString().replace('T', ' ').replace('Z', '')

beforeAll(async () => {
  db = await startDatabase()
  api = await startApi({ clickhouseUrl: db.url, now: () => NOW })
})
afterAll(async () => {
  await api?.stop()
  await db?.stop()
})

async function send(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${api.url}/api/v1/retention${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: the body of any route
  return { status: answer.status, body: (await answer.json()) as any }
}

const DEFAULTS = { rules: [], default_days: 7, keep_at_least: 100, rollup_days: 400 }

it('tells the defaults as long as nobody set anything', async () => {
  expect((await send('GET', '')).body).toEqual({ ...DEFAULTS, updated_at: null, updated_by: null, runs: [] })
})

it('keeps what is set, with defaults for the rest', async () => {
  const rules = [
    { match: { status: ['failed', 'error'], environment: 'prod' }, days: 90, payload_days: 30 },
    { match: { workflow_id: "it's" }, days: 1 },
  ]
  const { status, body } = await send('PUT', '', { rules, keep_at_least: 0 })
  expect([status, body]).toEqual([
    200,
    { ...DEFAULTS, rules, keep_at_least: 0, updated_at: expect.stringMatching(/Z$/), updated_by: null, runs: [] },
  ])
  expect((await send('GET', '')).body).toEqual(body)
})

it.each([
  ['a day too few', { rules: [{ match: {}, days: 0 }] }],
  ['a day too many', { rules: [], default_days: 3_651 }],
  ['a rule too many', { rules: Array.from({ length: 101 }, () => ({ match: {}, days: 1 })) }],
  ['a status that is none', { rules: [{ match: { status: ['well'] }, days: 1 }] }],
  ['a key that is none', { rules: [], days: 3 }],
])('refuses %s', async (_, body) => {
  const answer = await send('PUT', '', body)
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid_body'])
})

it('counts what would go, by table and rule, and leaves it', async () => {
  await send('PUT', '', {
    rules: [
      { match: { workflow_id: 'noisy' }, days: 1 },
      { match: { environment: 'prod' }, days: 30, payload_days: 5 },
    ],
    keep_at_least: 1,
  })
  const rows = [
    { execution_id: 'noisy', days: 2, workflow_id: 'noisy', trace: 1 },
    { execution_id: 'noisy too', days: 3, workflow_id: 'noisy', trace: 2 },
    { execution_id: 'payload', days: 6, environment: 'prod', trace: 3 },
    { execution_id: 'old', days: 8, trace: 4 },
    { execution_id: 'beside old', days: 6, trace: 4 },
    { execution_id: 'latest', days: 1.5, workflow_id: 'noisy', trace: 5 },
  ]
  await insertExecutions(
    db.client,
    rows.map(({ days, trace, ...row }) => ({ ...row, started_at: ago(days), trace_id: traceCell(trace) })),
  )
  await db.client.insert({
    table: 'spans',
    format: 'JSONEachRow',
    values: [1, 2, 3, 4, 5, 99].map((trace) => ({
      tenant: 'default',
      trace_id: traceCell(trace),
      span_id: `span000${trace % 10}`,
      started_at: ago(trace === 99 ? 8 : 6),
    })),
  })
  const { status, body } = await send('POST', '/run?dry_run=true')
  expect(status).toBe(200)
  const counted = body.tables.map(({ table, rule, rows: n }: Record<string, unknown>) => [table, rule, n])
  expect(counted).toEqual([
    ['executions', 0, 2],
    ['executions', null, 1],
    ['payloads', 1, 1],
    ['spans', 0, 2],
    ['spans', 1, 1],
    ['spans', null, 1],
  ])
  expect(body.rows).toBe(7)
  expect(body.bytes).toBeGreaterThan(0)
  expect(await rowsOf(db.client, 'SELECT toUInt32(count()) AS n FROM executions FINAL')).toEqual([{ n: 6 }])
})

it('asks the worker to do it, once at a time', async () => {
  const first = await send('POST', '/run?dry_run=false')
  expect(first).toMatchObject({
    status: 202,
    body: { state: 'queued', trigger: 'request', requested_at: '2026-11-20T12:00:00.000Z', started_at: null },
  })
  expect((await send('POST', '/run?dry_run=false')).body.id).toBe(first.body.id)
  expect((await send('GET', '')).body.runs).toEqual([first.body])
})
