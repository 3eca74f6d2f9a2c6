/** Every statement of docs/howto/sql.md, over rows whose answers are plain. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase } from '../test/kit/stack-db.ts'

const HOWTO = readFileSync(new URL('../docs/howto/sql.md', import.meta.url), 'utf8')
const STATEMENTS = [...HOWTO.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) => sql!)
const TRACE = /unhex\('(\w{32})'\)/.exec(HOWTO)![1]!

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
  const started = Date.now() - 60_000
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
})
afterAll(() => db?.stop())

it('answers what it says', async () => {
  const answers: Record<string, unknown>[][] = []
  for (const sql of STATEMENTS) answers.push(await rowsOf(db.client, sql))
  const [slowest, failures, percentiles, ofTrace] = answers
  expect(slowest).toEqual([{ statement: 'SELECT 1', calls: '2', longest_ms: 250 }])
  expect(failures).toMatchObject([
    { workflow_name: 'Orders', error_type: 'Timeout', failed_step: 'charge', failures: '3' },
  ])
  expect(percentiles).toMatchObject([{ workflow_id: 'w', runs: '3' }])
  expect(Math.abs(Number(percentiles![0]!.p99_ms) / 1000 - 1)).toBeLessThan(0.011)
  expect(ofTrace).toMatchObject([{ name: 'SELECT orders', event: 'retry', event_attributes: { attempt: '2' } }])
  expect(answers).toHaveLength(4)
})
