import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from '../test/kit/api.ts'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { startDatabase } from '../test/kit/stack-db.ts'

let clickhouse: TestClickHouse
let api: TestApi
let nowMs = Date.parse('2026-11-20T12:00:00Z')

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => nowMs })
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

async function write(lag_ms: number): Promise<void> {
  const updated_at = `2026-11-20 12:00:0${lag_ms}`
  await clickhouse.client.insert({
    table: 'worker_status',
    values: [{ job: 'settle', updated_at, owner: 'a', lag_ms, traces_waiting: 0, fault: '' }],
    format: 'JSONEachRow',
  })
}

async function lag(): Promise<unknown> {
  const { body } = await api.get('/api/v1/executions')
  return (body as { meta: { lag_ms: unknown } }).meta.lag_ms
}

it('tells how far settling lags as it was less than a second ago', async () => {
  await write(1)
  expect(await lag()).toBe(1)
  await write(2)
  nowMs += 999
  expect(await lag()).toBe(1)
  nowMs += 1
  expect(await lag()).toBe(2)
})
