/** Pages of queries against an oracle: while some hours are rebuilt and others are not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi, traceCell } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { rebuildDirtyHours } from '../../../test/kit/rollups.ts'
import { startDatabase } from '../../../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
let clickhouse: TestClickHouse
let api: TestApi

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const ids = (body: { executions: { id: string }[] }) => body.executions.map(({ id }) => id)

describe('a mixture of rebuilt hours and others', () => {
  it('gives every page as the rows have it, over amended, moved and deleted executions', async () => {
    const HOUR_MS = 3_600_000
    const start = (n: number) => NOW - 12 * HOUR_MS + n * 2 * 60_000
    const text = (ms: number) => new Date(ms).toISOString().replace('T', ' ').slice(0, -1)
    const random = (n: number, below: number) => (Math.imul(n + 7, 2_654_435_761) >>> 8) % below
    const made = (n: number, version: number): ExecutionParts => ({
      execution_id: `mix-${n}`,
      kind: n % 3 === 0 ? 'query' : 'job',
      user_id: version === 1 || n % 10 > 0 ? 'mix' : 'moved',
      anchor_at: text(start(n)),
      started_at: text(start(n) + (version === 1 ? 0 : random(n, 2) * HOUR_MS)),
      ended_at: text(start(n) + 3 * HOUR_MS),
      previous_started_at: version === 1 ? null : text(start(n)),
      version: String(version),
      is_deleted: version > 1 && n % 7 === 0 ? 1 : 0,
      query_count: n % 3 === 0 ? 0 : random(n * version, 4),
      queries:
        n % 3 === 0
          ? []
          : Array.from({ length: random(n * version, 4) }, (_, i) => ({
              database_type: 'postgresql',
              status: i === 1 ? 'error' : 'success',
              text: 'SELECT 1',
              rows_total: null,
              rows_returned: null,
              details: '',
              key: traceCell(n) + String(i).padStart(8, '0'),
              started_at: text(start(n) + random(n + i, 120) * 60_000),
              ended_at: text(start(n) + 3 * HOUR_MS),
            })),
    })
    const numbers = Array.from({ length: 200 }, (_, n) => n)
    await insertExecutions(
      clickhouse.client,
      numbers.map((n) => made(n, 1)),
    )
    await rebuildDirtyHours(clickhouse.client)
    const amended = numbers.filter((n) => n % 4 === 0)
    await insertExecutions(
      clickhouse.client,
      amended.map((n) => made(n, 2)),
    )
    const current = numbers
      .map((n) => made(n, amended.includes(n) ? 2 : 1))
      .filter(({ is_deleted }) => is_deleted === 0)
    const expected = current
      .filter(({ user_id }) => user_id === 'mix')
      .flatMap((row) => {
        const own = { id: row.execution_id, at: row.started_at, status: 'success' }
        const steps = (row.queries ?? []).map(({ key, started_at, status }) => ({
          id: String(key).replace(
            /^(.{16})(.{8})$/,
            (_, trace, span) => `${Buffer.from(trace).toString('hex')}-${Buffer.from(span).toString('hex')}`,
          ),
          at: String(started_at),
          status,
        }))
        return row.kind === 'query' ? [own] : steps
      })
      .sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1))
    expect(expected.length).toBeGreaterThan(150)
    const walk = async (query: string) => {
      const seen: string[] = []
      for (let cursor = ''; ; ) {
        const { body } = await api.get(`/api/v1/executions/mix?${query}${cursor}`)
        seen.push(...ids(body))
        if (body.next_cursor === null) return seen
        cursor = `&cursor=${body.next_cursor}`
      }
    }
    expect(await walk('limit=37')).toEqual(expected.map(({ id }) => id))
    const failed = expected.filter(({ status }) => status === 'error')
    expect(await walk('limit=1000&status=error')).toEqual(failed.map(({ id }) => id))
    expect(ids((await api.get('/api/v1/executions/mix?limit=5&offset=100')).body)).toEqual(
      expected.slice(100, 105).map(({ id }) => id),
    )
    const stats = async () => (await api.get('/api/v1/executions/mix/stats')).body
    const figures = { total_executions: expected.length, error_count: failed.length }
    expect(await stats()).toMatchObject(figures)
    await rebuildDirtyHours(clickhouse.client)
    expect(await stats()).toMatchObject(figures)
    expect(await walk('limit=50')).toEqual(expected.map(({ id }) => id))
  })
})
