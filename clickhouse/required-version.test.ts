import { expect, it } from 'vitest'
import { startClickHouseOf } from '../test/kit/clickhouse-of-version.ts'
import { createClickHouse } from './client.ts'
import { migrate } from './migrate.ts'

async function migrateOn(version: string): Promise<{ outcome: unknown; asked: readonly string[] }> {
  const { url, asked, stop } = await startClickHouseOf(version)
  const client = createClickHouse({ url, application: 'test' })
  try {
    const outcome = await migrate(client, { migrations: [] }).catch((error: unknown) => error)
    return { outcome, asked }
  } finally {
    await client.close()
    stop()
  }
}

it.each(['25.8.3.66', '26.6.9.1', '9.30'])('refuses ClickHouse %s before anything is written', async (version) => {
  const { outcome, asked } = await migrateOn(version)
  expect(outcome).toMatchObject({
    code: 'clickhouse_too_old',
    message: `The ClickHouse server is ${version}, this build needs 26.7 or newer`,
    hint: expect.stringContaining('Upgrade the server'),
  })
  expect(asked).toHaveLength(1)
})

it.each(['26.7.2.1', '26.10.1.1', '27.1', 'of a build of our own'])('takes ClickHouse %s', async (version) => {
  expect((await migrateOn(version)).outcome).toBe(0)
})
