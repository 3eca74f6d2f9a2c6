/** The list where it looks for what no index leads to: a bounded number of executions a request, page after page to the end. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../../test/kit/api.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { startDatabase } from '../../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
let clickhouse: TestClickHouse
let api: TestApi

beforeAll(async () => {
  clickhouse = await startDatabase()
  // The rollup says that an hour holds more than one request looks at; what lies there are these few.
  await clickhouse.client.command({
    query: `INSERT INTO execution_hours_total (tenant, hour, kind, environment, status, executions, generation)
SELECT 'default', toDateTime('2026-11-20 02:00:00', 'UTC') + number * 3600, 'workflow', '', 'success', 800000, 1 FROM numbers(10)`,
  })
  await insertExecutions(clickhouse.client, ROWS)
})
beforeEach(async () => {
  // What the rollup says is remembered by each server.
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
  return () => api.stop()
})
afterAll(() => clickhouse?.stop())

/** Two an hour over ten hours, of which some are looked for; one of these is open, and one became another's. */
const ROWS: ExecutionParts[] = Array.from({ length: 20 }, (_, n) => {
  const hour = String(2 + Math.floor(n / 2)).padStart(2, '0')
  const started_at = `2026-11-20 ${hour}:${n % 2 ? '45' : '10'}:00.000`
  const isWanted = n % 4 !== 3
  return {
    execution_id: `e-${String(n).padStart(2, '0')}`,
    started_at,
    anchor_at: started_at,
    error_message: isWanted ? 'the needle' : 'hay',
    status: n === 5 ? 'waiting' : 'success',
    service: n < 2 ? 'oldest' : 'other',
  }
})
const WANTED = ROWS.filter(({ error_message }) => error_message === 'the needle').reverse()
const ids = (rows: readonly { execution_id: string }[]) => rows.map(({ execution_id }) => execution_id)

async function list(query: string) {
  const { status, body } = await api.get(`/api/v1/executions?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

async function pages(query: string) {
  const answers = [await list(query)]
  for (let last = answers[0]; last.next_cursor !== null; last = answers.at(-1)) {
    expect(answers.length).toBeLessThan(200)
    answers.push(await list(`${query}&cursor=${last.next_cursor}`))
  }
  return answers
}

it.each([1, 2, 3, 100])('finds each once, page after page of %i, and how many there are', async (limit) => {
  const answers = await pages(`q=needle&limit=${limit}&time_range=24h`)
  expect(ids(answers.flatMap(({ executions }) => executions))).toEqual(ids(WANTED))
  expect(answers.at(-1)).toMatchObject({
    total: WANTED.length,
    total_is_bound: false,
    searched_from: null,
    meta: { running: 1 },
  })
  for (const { executions, total, total_is_bound, next_cursor, searched_from } of answers.slice(0, -1)) {
    expect(executions.length).toBeLessThanOrEqual(limit)
    expect(total).toBeLessThanOrEqual(WANTED.length)
    expect([total_is_bound, next_cursor !== null]).toEqual([searched_from !== null, true])
  }
})

it('answers before everything was looked at, and says how far it came', async () => {
  const first = await list('q=needle&time_range=24h')
  expect(first.searched_from > '2026-11-20T10:00:00Z' && first.searched_from < '2026-11-20T12:00:00Z').toBe(true)
  expect(ids(first.executions)).toEqual(ids(WANTED.filter((row) => iso(row) >= first.searched_from)))
  expect(first).toMatchObject({ total: first.count, total_is_bound: true, next_cursor: expect.any(String) })
  const second = await list(`q=needle&time_range=24h&cursor=${first.next_cursor}`)
  expect(second.searched_from < first.searched_from).toBe(true)
  expect(second.total).toBe(first.count + second.count)
})

it('goes on over pages without a row, by an attribute, too', async () => {
  for (const query of ['q=needle&service=oldest', 'q=nowhere', 'attr.none=such']) {
    const answers = await pages(`${query}&time_range=24h`)
    expect(answers.length).toBeGreaterThan(5)
    expect([query, answers[0].count]).toEqual([query, 0])
    expect(ids(answers.flatMap(({ executions }) => executions))).toEqual(
      query.includes('oldest') ? ['e-01', 'e-00'] : [],
    )
  }
})

it('stays the same answer for a while, although time passes', async () => {
  const { headers } = await api.get('/api/v1/executions?q=needle&time_range=24h')
  const later = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW + 300 })
  const again = await later.get('/api/v1/executions?q=needle&time_range=24h', {
    'if-none-match': headers.get('etag') ?? '',
  })
  expect(again.status).toBe(304)
  await later.stop()
})

it('looks at everything where a user leads to what matches, and in any other order', async () => {
  for (const query of ['user_id=nobody&q=needle', 'q=needle&order=asc', 'q=needle&sort=duration_ms']) {
    expect((await list(`${query}&time_range=24h`)).searched_from).toBeNull()
  }
})

function iso({ started_at }: ExecutionParts): string {
  return `${started_at.replace(' ', 'T')}Z`
}
