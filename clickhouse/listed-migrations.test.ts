import { afterAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { rowsOf } from '../test/kit/stack-db.ts'
import { migrate, readMigrations } from './migrate.ts'

let clickhouse: TestClickHouse | undefined
afterAll(() => clickhouse?.stop())

it('gives executions of before what a list shows, at once when they are read, and stored a while later', async () => {
  clickhouse = await startClickHouse()
  const { client } = clickhouse
  const migrations = readMigrations()
  const before = migrations.findIndex(({ name }) => name === 'alter_executions_listed_more_table')
  await migrate(client, { migrations: migrations.slice(0, before) })
  const columns = 'tenant, execution_id, anchor_at, started_at, ended_at, duration_ms, status, user_id'
  const started = '2026-11-20 10:00:00.000000001'
  await client.command({
    query: `INSERT INTO executions (${columns}) VALUES ('t', 'r', '${started}', '${started}', '2026-11-20 10:00:00.000000004', 0.000003, 'error', 'u')`,
  })
  const listed = async () => {
    const [row] = await rowsOf<{ listed: string }>(client, 'SELECT listed FROM executions')
    return JSON.parse(row!.listed) as unknown[]
  }
  expect(await listed()).toHaveLength(31)

  await migrate(client)
  expect((await listed()).slice(31)).toEqual(['error', 'u', '3', null])
  const stored = "SELECT column FROM system.parts_columns WHERE active AND table = 'executions' AND column = 'listed'"
  await expect.poll(() => rowsOf(client, stored)).toEqual([{ column: 'listed' }])
  expect((await listed()).slice(31)).toEqual(['error', 'u', '3', null])
})
