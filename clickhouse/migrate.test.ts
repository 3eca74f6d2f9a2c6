import { afterEach, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { startDatabase } from '../test/kit/stack-db.ts'
import { type Migration, migrate, readMigrations, schemaState } from './migrate.ts'

const running: TestClickHouse[] = []
afterEach(async () => {
  for (const clickhouse of running.splice(0)) await clickhouse.stop()
})

async function start(): Promise<TestClickHouse> {
  const clickhouse = await startClickHouse()
  running.push(clickhouse)
  return clickhouse
}

async function startMigrated(): Promise<TestClickHouse> {
  const clickhouse = await startDatabase()
  running.push(clickhouse)
  return clickhouse
}

it('applies every migration to a fresh database once, in order', async () => {
  const { client } = await start()
  const all = readMigrations()
  expect(await schemaState(client)).toBe('outdated')
  const told: number[] = []
  expect(await migrate(client, { onProgress: ({ number }) => told.push(number) })).toBe(all.length)
  expect(told).toEqual(all.map((_, index) => index + 1))
  expect(await schemaState(client)).toBe('current')
  expect(await migrate(client)).toBe(0)
})

it('goes on after ClickHouse was killed in the middle', async () => {
  const clickhouse = await start()
  const stopAt = 7
  let killed: Promise<void> | undefined
  const interrupted = migrate(clickhouse.client, {
    onProgress: ({ number }) => {
      if (number === stopAt) killed = clickhouse.kill()
    },
  })
  await expect(interrupted).rejects.toThrow()
  await killed
  await clickhouse.restart()
  expect(await schemaState(clickhouse.client)).toBe('outdated')
  expect(await migrate(clickhouse.client)).toBe(readMigrations().length - stopAt + 1)
  expect(await schemaState(clickhouse.client)).toBe('current')
})

it('runs a statement again that ran but was not noted', async () => {
  const { client } = await start()
  const all = readMigrations()
  await migrate(client, { migrations: all.slice(0, 3) })
  await client.command({ query: all[3]!.sql })
  expect(await migrate(client)).toBe(all.length - 3)
})

it('lets two migrators run at once', async () => {
  const { client } = await start()
  await Promise.all([migrate(client), migrate(client)])
  expect(await schemaState(client)).toBe('current')
  const result = await client.query({
    query: 'SELECT count() AS n FROM schema_migrations FINAL',
    format: 'JSONEachRow',
  })
  expect(await result.json()).toEqual([{ n: String(readMigrations().length) }])
})

it('refuses a database that a newer build migrated', async () => {
  const { client } = await startMigrated()
  const older = readMigrations().slice(0, -1)
  expect(await schemaState(client, older)).toBe('newer')
  await expect(migrate(client, { migrations: older })).rejects.toMatchObject({ code: 'schema_newer' })
})

it('refuses a migration that was edited after it was applied', async () => {
  const { client } = await startMigrated()
  const edited: Migration[] = readMigrations().map((one) => (one.number === 2 ? { ...one, sha256: '0' } : one))
  expect(await schemaState(client, edited)).toBe('changed')
  await expect(migrate(client, { migrations: edited })).rejects.toMatchObject({ code: 'migration_changed' })
})

it('names every file by number, verb, object and kind, and says why first', () => {
  for (const { name, sql } of readMigrations()) {
    expect(name).toMatch(/^(create|alter|fill|drop)_[a-z_]+_(table|view)$/)
    expect(sql).toMatch(/^-- \S/)
    // May run again without harm: what is filled has a generation that loses against any other, or is in its key as a whole.
    expect(sql).toMatch(
      /IF (NOT )?EXISTS|^ALTER TABLE \w+\n {4}(MATERIALIZE|MODIFY|CLEAR) |generation\)\nSELECT[^;]* 0\nFROM|^INSERT INTO execution_terms /m,
    )
  }
})
