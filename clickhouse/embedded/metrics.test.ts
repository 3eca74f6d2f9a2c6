/** The embedded server's own figures while it is full. */
import { finished } from 'node:stream/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'
import { createClickHouse } from '../client.ts'
import { sendRows } from '../send-rows.ts'
import { readNativeInto } from '../take-native.ts'

let server: TestClickHouse
beforeAll(async () => {
  server = await startClickHouse({ settings: { clickhouse: { sessions: 1, queriesMax: 2 } } })
})
afterAll(() => server?.stop())

const codeOf = (error: unknown) => (error as { code?: string }).code

/** Lines of one metric, without its name. */
async function read(name: string): Promise<string[]> {
  const page = await fetch(`${new URL(server.url).origin}/metrics`)
  const lines = (await page.text()).split('\n').filter((line) => line.startsWith(name))
  return lines.map((line) => line.slice(name.length).trim())
}

it('tell who runs, who waits, who was refused and who was stopped', async () => {
  const leaving = new AbortController()
  const slow = () =>
    server.client.query({
      query: 'SELECT sleepEachRow(0.2) FROM numbers(1000) SETTINGS max_block_size = 1',
      abort_signal: leaving.signal,
    })
  const both = [slow(), slow()].map((query) => query.catch(() => 'stopped'))
  await expect.poll(() => read('runlens_clickhouse_queries_running')).toEqual(['1'])
  await expect.poll(() => read('runlens_clickhouse_queries_waiting')).toEqual(['1'])
  const third = server.client.query({ query: 'SELECT 1' }).then(() => 'answered', codeOf)
  expect(await third).toBe('202')
  expect(await read('runlens_clickhouse_queries_refused_total{reason="too_many"}')).toEqual(['1'])
  leaving.abort()
  expect(await Promise.all(both)).toEqual(['stopped', 'stopped'])
  await expect.poll(() => read('runlens_clickhouse_queries_running')).toEqual(['0'])
  expect(await read('runlens_clickhouse_queries_waiting')).toEqual(['0'])
  expect(await read('runlens_clickhouse_queries_killed_total')).toEqual(['1'])
  expect(await read('runlens_clickhouse_sessions')).toEqual(['1'])
})

it('are given to anyone, in no other way than by reading', async () => {
  const { origin } = new URL(server.url)
  expect((await fetch(`${origin}/metrics`)).status).toBe(200)
  expect((await fetch(`${origin}/metrics`, { method: 'POST', body: 'SELECT 1' })).status).toBe(405)
})

it('count what comes and goes by files, too', async () => {
  const beside = createClickHouse({ url: server.url, dataDir: server.dataDir, application: 'test' })
  const bytes = (direction: string) =>
    read(`runlens_clickhouse_${direction}_bytes_total`).then(([figure]) => Number(figure))
  const before = [await bytes('received'), await bytes('sent')]
  await server.client.command({ query: 'CREATE TABLE t (s String) ENGINE = Memory' })
  const { stream } = await sendRows(beside, {
    query: 'INSERT INTO t FORMAT TSV',
    rows: [Buffer.alloc(1_000_000, 'x')],
    settings: {},
  })
  await finished(stream.resume())
  const room = Buffer.alloc(2_000_000)
  expect(await readNativeInto(beside, { query: 'SELECT s FROM t', parameters: {} }, room)).toBeGreaterThan(1_000_000)
  expect((await bytes('received')) - before[0]!).toBeGreaterThan(1_000_000)
  expect((await bytes('sent')) - before[1]!).toBeGreaterThan(1_000_000)
  await beside.close()
})
