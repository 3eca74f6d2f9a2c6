import { afterAll, beforeAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { rowsOf } from '../test/kit/stack-db.ts'
import { executionTerms } from './execution-terms.ts'
import { migrate, readMigrations } from './migrate.ts'

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startClickHouse()
})
afterAll(() => clickhouse?.stop())

const insert = (rows: readonly string[]) =>
  clickhouse.client.command({
    query: `INSERT INTO executions (execution_id, user_id, conversation_id, parent_execution_id, status, anchor_at, started_at, version, is_deleted)
SELECT * FROM (${rows.map((row) => `SELECT ${row}`).join(' UNION ALL ')})`,
  })
const ANCHOR = "toDateTime64('2026-11-20 10:00:00.000001', 6, 'UTC')"
const start = (text: string) => `toDateTime64('2026-11-20 ${text}', 9, 'UTC')`
const terms = () =>
  rowsOf(
    clickhouse.client,
    `SELECT toString(term) AS term, value, execution_id AS id, toInt32(started_offset_ns) AS offset, is_open FROM execution_terms FINAL ORDER BY ALL`,
  )

it('are those of every version, whether stored before the table was there or since', async () => {
  const migrations = readMigrations()
  const before = migrations.findIndex(({ name }) => name === 'create_execution_terms_table')
  await migrate(clickhouse.client, { migrations: migrations.slice(0, before) })
  await insert([
    `'a', 'ann', 'c', '', 'running', ${ANCHOR}, ${start('10:00:00.000001')}, 1, 0`,
    `'b', '', '', 'a', 'error', ${ANCHOR}, ${start('09:59:59.999999999')}, 1, 0`,
    `'none', '', '', '', 'success', ${ANCHOR}, ${start('10:00:00')}, 1, 0`,
    `'gone', 'ann', '', '', 'success', ${ANCHOR}, ${start('10:00:00')}, 1, 1`,
  ])
  await migrate(clickhouse.client)
  await insert([
    `'a', 'bob', 'c', '', 'success', ${ANCHOR}, ${start('10:00:00.000001007')}, 2, 0`,
    `'gone', 'ann', '', '', 'success', ${ANCHOR}, ${start('10:00:00')}, 2, 1`,
  ])
  const expected = [
    { term: 'conversation_id', value: 'c', id: 'a', offset: 0, is_open: 1 },
    { term: 'conversation_id', value: 'c', id: 'a', offset: 7, is_open: 0 },
    { term: 'parent_execution_id', value: 'a', id: 'b', offset: -1001, is_open: 0 },
    { term: 'user_id', value: 'ann', id: 'a', offset: 0, is_open: 1 },
    { term: 'user_id', value: 'bob', id: 'a', offset: 7, is_open: 0 },
  ]
  expect(await terms()).toEqual(expected)
  // Written once more, they are the same rows.
  await clickhouse.client.command({ query: `INSERT INTO execution_terms ${executionTerms()}` })
  expect(await terms()).toEqual(expected)
})
