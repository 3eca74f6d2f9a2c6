/** Views for SQL users, over rows whose answers are plain: while their hours wait for being rebuilt, and after. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions } from '../test/kit/api.ts'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { rowsOf, startDatabase } from '../test/kit/stack-db.ts'
import { rebuildHour } from '../worker/rollup/rebuild-hours.ts'

let db: TestClickHouse

const at = (time: string) => `2026-11-20 ${time}`
const ROWS: ExecutionParts[] = [
  { execution_id: 'a', started_at: at('10:00:00.000'), ended_at: at('10:00:01.000'), duration_ms: 1000 },
  {
    execution_id: 'b',
    started_at: at('10:30:00.000'),
    ended_at: at('10:30:03.000'),
    duration_ms: 3000,
    user_id: 'ann',
  },
  { execution_id: 'c', started_at: at('11:00:00.000'), status: 'running', user_id: 'ann', step_count: 2 },
  {
    execution_id: 'd',
    kind: 'query',
    started_at: at('10:59:00.000'),
    ended_at: at('10:59:02.000'),
    duration_ms: 2000,
    user_id: 'bob',
    database_type: 'mysql',
    status: 'error',
    rows_returned: '4',
  },
]
const step = (started: string, ended: string, status: string) => ({
  key: 'trace-0000000001step0001',
  started_at: at(started),
  ended_at: at(ended),
  database_type: 'kdb',
  status,
  text: '',
  rows_total: null,
  rows_returned: 1,
  details: '',
})

beforeAll(async () => {
  db = await startDatabase()
  const rows = ROWS.map((row) =>
    row.execution_id === 'b'
      ? {
          ...row,
          // The second one runs on the day after.
          queries: [
            step('10:30:00.000', '10:30:00.500', 'success'),
            {
              ...step('10:30:00.000', '10:30:00.000', 'success'),
              started_at: '2026-11-21 00:00:00',
              ended_at: '2026-11-21 00:00:01',
            },
          ],
        }
      : row,
  )
  await insertExecutions(db.client, rows)
  // One that ended meanwhile, and one that is gone.
  const amended = { execution_id: 'e', started_at: at('10:15:00.000'), status: 'running' }
  await insertExecutions(db.client, [amended, { ...amended, execution_id: 'f' }])
  await insertExecutions(db.client, [
    { ...amended, ended_at: at('10:15:02.000'), duration_ms: 2000, status: 'success', version: '2' },
    { ...amended, execution_id: 'f', version: '2', is_deleted: 1 },
  ])
})
afterAll(() => db?.stop())

function answers(): void {
  it('execution_analytics: queries by day, user, type of database and status', async () => {
    const found = await rowsOf(
      db.client,
      'SELECT toString(day) AS day, user_id, database_type, status, executions, avg_duration_ms, max_duration_ms, rows_processed FROM execution_analytics ORDER BY day, user_id',
    )
    const row = (day: string, user_id: string, database_type: string, status: string, ms: number, rows: string) => ({
      day,
      user_id,
      database_type,
      status,
      executions: '1',
      avg_duration_ms: ms,
      max_duration_ms: ms,
      rows_processed: rows,
    })
    expect(found).toEqual([
      row('2026-11-20', 'ann', 'kdb', 'success', 500, '1'),
      row('2026-11-20', 'bob', 'mysql', 'error', 2000, '4'),
      row('2026-11-21', 'ann', 'kdb', 'success', 1000, '1'),
    ])
  })

  it('user_recent_executions: newest first for each user', async () => {
    const found = await rowsOf(
      db.client,
      'SELECT user_id, recency, execution_id FROM user_recent_executions ORDER BY user_id, recency',
    )
    expect(found).toEqual([
      { user_id: 'ann', recency: '1', execution_id: 'c' },
      { user_id: 'ann', recency: '2', execution_id: 'b' },
      { user_id: 'bob', recency: '1', execution_id: 'd' },
    ])
  })

  it('v_current_executions: what is open, as merged', async () => {
    const found = await rowsOf(
      db.client,
      'SELECT execution_id, status, step_count, elapsed_ms > 0 AS elapsed FROM v_current_executions',
    )
    expect(found).toEqual([{ execution_id: 'c', status: 'running', step_count: 2, elapsed: 1 }])
  })

  it('v_execution_latency_distribution: percentiles of what has ended', async () => {
    const found = await rowsOf<Record<string, number>>(
      db.client,
      `SELECT executions, timed, avg_ms, p50_ms, p99_ms, max_ms FROM v_execution_latency_distribution WHERE kind = 'workflow'`,
    )
    // a, b and e: 1, 3 and 2 s.
    expect(found).toMatchObject([{ executions: '3', timed: '3', avg_ms: 2000, max_ms: 3000 }])
    expect(Math.abs(found[0]!.p50_ms! / 2000 - 1)).toBeLessThan(0.011)
    expect(Math.abs(found[0]!.p99_ms! / 3000 - 1)).toBeLessThan(0.011)
  })
}

describe('before hours are rebuilt', answers)
describe('once they are rebuilt', () => {
  beforeAll(async () => {
    for (const hour of ['10:00:00', '11:00:00']) {
      await rebuildHour(db.client, { tenant: 'default', hour: Date.parse(`2026-11-20T${hour}Z`) / 1000 })
    }
  })
  answers()
})
