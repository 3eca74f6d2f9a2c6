import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertExecutions, startApi, type TestApi } from '../../test/kit/api.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { rebuildDirtyHours } from '../../test/kit/rollups.ts'
import { startDatabase } from '../../test/kit/stack-db.ts'

let clickhouse: TestClickHouse
let api: TestApi
beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => Date.parse('2026-11-20T12:00:00Z') })
  const at = (n: number) => ({ started_at: `2026-11-18 10:00:${10 + n}`, workflow_id: 'w' })
  const failed = { status: 'error' as const, error_fingerprint: 'card', attributes: { region: 'eu' } }
  await insertExecutions(clickhouse.client, [
    ...Array.from({ length: 10 }, (_, n) => ({ execution_id: `e${n}`, ...at(n), ...failed })),
    ...Array.from({ length: 30 }, (_, n) => ({ execution_id: `s${n}`, ...at(n), attributes: { region: 'us' } })),
  ])
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

async function told(): Promise<string> {
  const { body } = await api.get('/api/v1/errors/card?time_range=7d')
  return body.common.map(({ text }: { text: string }) => text).join('\n')
}

it('compares with successes of hours that wait for being rebuilt, and of those that were', async () => {
  const text = 'All 10 failures have attr.region = eu; none of 30 successes has it.'
  expect(await told()).toContain(text)
  await rebuildDirtyHours(clickhouse.client)
  expect(await told()).toContain(text)
})
