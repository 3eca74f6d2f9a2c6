import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, readMigrations } from '@runlens/clickhouse'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'
import { bodyOf, numberedSpans, openPipeline } from '../../test/kit/pipeline.ts'
import { rowsOf } from '../../test/kit/stack-db.ts'
import { eventually } from '../../test/kit/traces.ts'
import { SchemaGate } from './schema-gate.ts'

const { signal } = new AbortController()
let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startClickHouse()
})
afterAll(() => clickhouse?.stop())
beforeEach(async () => {
  await clickhouse.client.command({ query: 'DROP DATABASE runlens' })
  await clickhouse.client.command({ query: 'CREATE DATABASE runlens' })
})

it('is shut until the last migration ran, and asks again after a failure or a pause only', async () => {
  let now = 0
  const { client } = clickhouse
  const gate = new SchemaGate(client, () => now)
  const shut = () => expect(gate.pass(signal)).rejects.toMatchObject({ code: 'schema_outdated' })
  await shut()
  await migrate(client, { migrations: readMigrations().slice(0, -1) })
  await shut()
  await migrate(client)
  await gate.pass(signal)
  gate.taken()
  await client.command({ query: 'TRUNCATE TABLE schema_migrations' })
  now += 4_999
  await gate.pass(signal)
  now += 1
  await shut()
  gate.taken()
  await gate.pass(signal)
  gate.failed()
  await shut()
})

it('leaves it to the insert to find out why ClickHouse can not be asked, and does not outlast a stop', async () => {
  const { client } = clickhouse
  await client.command({ query: 'CREATE TABLE schema_migrations (other UInt8) ENGINE = Memory' })
  await new SchemaGate(client).pass(signal)
  await client.command({ query: 'DROP TABLE schema_migrations' })
  await new SchemaGate(client).pass(AbortSignal.abort())
})

it('keeps spans in the spool while their table is there and the views are not, so that none is missing from these', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'runlens-gate-'))
  const { client } = clickhouse
  await migrate(client, { migrations: readMigrations().slice(0, 1) })
  const pipeline = await openPipeline(dataDir, client)
  try {
    await pipeline.accept(bodyOf(numberedSpans(1, 10)), 'default')
    await eventually(async () => expect(pipeline.stats().writer.waitingFor).toBe('schema_outdated'))
    expect(await rowsOf(client, 'SELECT toUInt32(count()) AS n FROM spans')).toEqual([{ n: 0 }])
    await migrate(client)
    await eventually(async () => expect(pipeline.stats().spool.records).toBe(0))
    expect(
      await rowsOf(
        client,
        'SELECT (SELECT toUInt32(count()) FROM spans) AS spans, toUInt32(count()) AS arrivals FROM arrivals',
      ),
    ).toEqual([{ spans: 10, arrivals: 10 }])
  } finally {
    await pipeline.stop(0)
    rmSync(dataDir, { recursive: true, force: true })
  }
})
