import { hashOfKey, newKeyText } from '@runlens/access'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertExecutions, startApi, type TestApi } from '../test/kit/api.ts'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { rebuildHours } from '../test/kit/rollups.ts'
import { startDatabase } from '../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
const DAY_MS = 86_400_000
let now = NOW
let clickhouse: TestClickHouse
let api: TestApi
beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => now })
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const at = (ms: number) => new Date(ms).toISOString().slice(0, -1).replace('T', ' ')
const open = (workflow_id: string) => ({
  execution_id: `${workflow_id}-open`,
  workflow_id,
  status: 'running',
  started_at: at(NOW - 1_000),
})
/** Successes that took so long, spread over some days that end an hour before now. */
const successes = (workflow_id: string, count: number, duration_ms: number, days: number) =>
  Array.from({ length: count }, (_, n) => ({
    execution_id: `${workflow_id}-${duration_ms}-${n}`,
    workflow_id,
    started_at: at(NOW - 3_600_000 - Math.floor((n * days * DAY_MS) / count)),
    duration_ms,
  }))
/** Seconds from the start to the expected end of the open execution of a workflow. */
async function expectedAfter(workflowId: string, from: TestApi, key: string): Promise<number> {
  const path = `/api/v1/executions?workflow_id=${workflowId}&status=running`
  const { body } = await from.get(path, key === '' ? {} : { authorization: `Bearer ${key}` })
  const [{ started_at, expected_end_at }] = body.executions
  return (Date.parse(expected_end_at) - Date.parse(started_at)) / 1_000
}
const within = (seconds: number) => [seconds * 0.989 - 0.001, seconds * 1.011 + 0.001] as const
async function expectAfter(workflowId: string, seconds: number, from = api, key = ''): Promise<void> {
  const [least, most] = within(seconds)
  const told = await expectedAfter(workflowId, from, key)
  expect(told).toBeGreaterThanOrEqual(least)
  expect(told).toBeLessThanOrEqual(most)
}

it('counts days, hours and what is not rebuilt yet, each execution once', async () => {
  // 60 of ten seconds in whole days; 30 of a second in hours of today, and 29 more that no rollup knows yet: half took ten seconds.
  const ofDays = successes('mixed', 60, 10_000, 5).map((row, n) => ({
    ...row,
    started_at: at(NOW - (n % 5) * DAY_MS - DAY_MS),
  }))
  await insertExecutions(clickhouse.client, [...ofDays, ...successes('mixed', 30, 1_000, 0.2)])
  await rebuildHours(clickhouse.client, NOW)
  await insertExecutions(clickhouse.client, [...successes('mixed', 29, 2_000, 0.1), open('mixed')])
  await expectAfter('mixed', 10)
  await insertExecutions(clickhouse.client, successes('mixed', 4, 3_000, 0.1))
  await expectAfter('mixed', 3)
})

it('is asked anew while little is known, and each minute of what is well known', async () => {
  await insertExecutions(clickhouse.client, [...successes('known', 1_100, 10_000, 6), open('known')])
  await expectAfter('known', 10)
  await insertExecutions(clickhouse.client, successes('known', 2_000, 20_000, 6))
  await expectAfter('known', 10)
  now += 60_000
  await expectAfter('known', 20)
})

it('is remembered of nobody else', async () => {
  const [ours, theirs] = [newKeyText(), newKeyText()]
  const key = (tenant: string, text: string) => ({ name: tenant, tenant, role: 'viewer', sha256: hashOfKey(text) })
  const guarded = await startApi({
    clickhouseUrl: clickhouse.url,
    now: () => now,
    settings: { auth: { keys: [key('default', ours), key('acme', theirs)] } },
  })
  const ofAcme = [...successes('known', 10, 30_000, 1), open('known')]
  await insertExecutions(
    clickhouse.client,
    ofAcme.map((row) => ({ ...row, tenant: 'acme' })),
  )
  await expectAfter('known', 20, guarded, ours)
  await expectAfter('known', 30, guarded, theirs)
  await guarded.stop()
})
