/** Every statement of docs/howto/sql.md, over rows whose answers are plain. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase } from '../test/kit/stack-db.ts'

const HOWTO = readFileSync(new URL('../docs/howto/sql.md', import.meta.url), 'utf8')
const STATEMENTS = [...HOWTO.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql!)
const TRACE = /unhex\('(\w{32})'\)/.exec(HOWTO)![1]!

const STARTED = Date.now() - 60_000
/** Milliseconds after that, as ClickHouse reads it. */
const time = (ms: number) => new Date(STARTED + ms).toISOString().replace('T', ' ').slice(0, -1)

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
  const started = STARTED
  const call = { trace_id: TRACE, role: 'step' as const, name: 'SELECT orders', start: 0, end: 250 }
  const events = {
    'events.time': [BigInt(started) * 1_000_000n],
    'events.name': ['retry'],
    'events.attributes': [{ attempt: '2' }],
  }
  await insertSpans(
    db.client,
    [
      { ...call, span_id: '1'.repeat(16), attributes: { 'db.query.text': 'SELECT 1' }, more: events },
      { ...call, span_id: '2'.repeat(16), attributes: { 'db.query.text': 'SELECT 1' }, end: 100 },
      { ...call, span_id: '3'.repeat(16), attributes: { other: 'x' } },
    ],
    { spanEpochMs: started },
  )
  await db.client.command({
    query: `INSERT INTO executions (tenant, anchor_at, execution_id, kind, workflow_id, workflow_name, status, error_type, failed_step, started_at, ended_at, duration_ms)
SELECT 'default', now64(6), toString(number), 'workflow', 'w', 'Orders', 'failed', 'Timeout', 'charge', now64(9), now64(9), 1000 FROM numbers(3)`,
  })
  const others = [
    {
      execution_id: 'q',
      kind: 'query',
      user_id: 'ann',
      database_type: 'mysql',
      status: 'success',
      duration_ms: 20,
      ended_at: 20,
    },
    { execution_id: 'open', kind: 'job', user_id: 'ann', status: 'running', ended_at: null, duration_ms: null },
    {
      execution_id: 'steps',
      kind: 'workflow',
      workflow_id: 'other',
      user_id: 'bob',
      status: 'success',
      duration_ms: 1000,
      ended_at: 1000,
      queries: [
        { status: 'success', text: 'SELECT 2', started_at: time(0), ended_at: time(250), database_type: 'kdb' },
      ],
    },
  ]
  await db.client.insert({
    table: 'executions',
    format: 'JSONEachRow',
    values: others.map(({ ended_at, ...row }, n) => ({
      ...row,
      tenant: 'default',
      anchor_at: time(n),
      started_at: time(n),
      last_seen_at: time(n),
      ended_at: ended_at === null ? null : time(n + ended_at),
    })),
  })
})
afterAll(() => db?.stop())

it('answers what it says', async () => {
  const answers: Record<string, unknown>[][] = []
  for (const sql of STATEMENTS) answers.push(await rowsOf(db.client, sql))
  const [slowest, failures, percentiles, ofTrace, byUser, newest, open, durations, statements] = answers
  expect(slowest).toEqual([{ statement: 'SELECT 1', calls: '2', longest_ms: 250 }])
  expect(failures).toMatchObject([
    { workflow_name: 'Orders', error_type: 'Timeout', failed_step: 'charge', failures: '3' },
  ])
  const ofOrders = percentiles!.filter(({ workflow_id }) => workflow_id === 'w')
  expect(ofOrders).toMatchObject([{ workflow_id: 'w', runs: '3' }])
  expect(Math.abs(Number(ofOrders[0]!.p99_ms) / 1000 - 1)).toBeLessThan(0.011)
  expect(ofTrace).toMatchObject([{ name: 'SELECT orders', event: 'retry', event_attributes: { attempt: '2' } }])
  expect(byUser).toEqual(
    expect.arrayContaining([
      { user_id: 'ann', database_type: 'mysql', queries: '1', others: '0', longest_ms: 20 },
      { user_id: 'bob', database_type: 'kdb', queries: '1', others: '0', longest_ms: 250 },
    ]),
  )
  expect(newest).toMatchObject([
    { user_id: 'ann', recency: '1', status: 'running' },
    { user_id: 'ann', recency: '2', status: 'success' },
    { user_id: 'bob', recency: '1', status: 'success' },
  ])
  expect(open).toMatchObject([{ execution_id: 'open', status: 'running' }])
  expect(durations).toMatchObject([{ executions: '3' }])
  expect(statements).toEqual([{ statement: 'SELECT 2', calls: '1', avg_ms: 250 }])
  expect(answers).toHaveLength(9)
})
