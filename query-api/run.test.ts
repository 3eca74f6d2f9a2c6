import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { AnswerCache } from './answer-cache.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { Permits, PermitsByName } from './permits.ts'
import { ProblemError } from './problem.ts'
import { type Question, READS_TOO_MUCH } from './questions/question.ts'
import { createRunner, type RunnerOptions } from './run.ts'

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startClickHouse()
})
afterAll(() => clickhouse?.stop())

const runner = (options: Partial<RunnerOptions> = {}) =>
  createRunner({
    client: clickhouse.client,
    queriesMax: 2,
    queryTimeoutMs: 20_000,
    cacheMs: 0,
    observe: createMetrics(),
    ...options,
  })
const question = (sql: string): Question<{ n: number }> => ({ name: 'test', sql, params: {} })
/** Each run gives another number. */
const RANDOM = question('SELECT generateUUIDv4() AS n, sleep(0.2) AS s')
const codeOf = (error: unknown) => (error instanceof ProblemError ? error.code : error)
const running = async () => {
  const result = await clickhouse.client.query({
    query: `SELECT count() AS n FROM system.processes WHERE query LIKE '%needle-%' AND query NOT LIKE '%system.processes%'`,
    format: 'JSONEachRow',
  })
  const [row] = await result.json<{ n: string }>()
  return Number(row?.n)
}

const linesOf = async (metrics: Metrics, name: string) =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(name))

describe('permits by name', () => {
  it('are each a number of their own, and forget who went', async () => {
    const permits = new PermitsByName(1, 1)
    const held: (() => void)[] = []
    const hold = (name: string) => permits.hold(name, () => new Promise<void>((resolve) => held.push(resolve)))
    const [a, b] = [hold('a'), hold('b')]
    expect(held).toHaveLength(2)
    const waiting = hold('a')
    expect(await hold('a').catch(codeOf)).toBe('too_busy')
    expect(permits.load()).toEqual({ waiting: 1, refused: 1 })
    held[0]!()
    await a
    expect(held).toHaveLength(3)
    for (const end of held) end()
    await Promise.all([b, waiting])
    expect(permits.load()).toEqual({ waiting: 0, refused: 1 })
  })

  it('keep a tenant that asks for much from taking what others need', async () => {
    const { ask, load } = runner({ queriesMax: 2, queriesPerTenantMax: 1 })
    const of = (tenant: string, sql: string): Question<{ n: number }> => ({ name: 'test', sql, params: { tenant } })
    const leaving = new AbortController()
    const much = [1, 2, 3].map((n) => {
      const sql = `SELECT ${n} AS n, sleepEachRow(0.2), {tenant:String} AS t FROM numbers(1000) SETTINGS max_block_size = 1`
      return ask(of('acme', sql), leaving.signal)
    })
    const ends = Promise.allSettled(much)
    expect(load()).toMatchObject({ running: 1, waiting: 2 })
    const [row] = await ask(of('globex', 'SELECT 7 AS n, {tenant:String} AS t'))
    expect(row).toMatchObject({ n: 7 })
    expect(load()).toMatchObject({ running: 1, waiting: 2 })
    leaving.abort()
    await ends
  })
})

describe('the figures', () => {
  it('tell where answers came from, and why questions got none', async () => {
    const observe = createMetrics()
    const { ask } = runner({ cacheMs: 60_000, observe })
    await Promise.all([ask(RANDOM), ask(RANDOM)])
    await ask(RANDOM)
    await ask(question('SELECT n FROM no_such_table')).catch(codeOf)
    expect((await linesOf(observe, 'runlens_questions_total')).sort()).toEqual([
      'runlens_questions_total{answered_by="cache"} 1',
      'runlens_questions_total{answered_by="query"} 2',
      'runlens_questions_total{answered_by="shared"} 1',
    ])
    expect(await linesOf(observe, 'runlens_query_failures')).toEqual([
      'runlens_query_failures_total{code="schema_missing"} 1',
    ])
    expect(await linesOf(observe, 'runlens_query_seconds_count')).toEqual([
      'runlens_query_seconds_count{question="test"} 2',
    ])
  })

  it('do not call a question failed that nobody waits for any more', async () => {
    const observe = createMetrics()
    const leaving = new AbortController()
    const asked = runner({ observe }).ask(question('SELECT sleep(2) AS n'), leaving.signal)
    leaving.abort()
    expect(await asked.catch(codeOf)).toBe('query_timeout')
    expect(await linesOf(observe, 'runlens_query_failures_total{')).toEqual([])
  })

  it('tell who runs, who waits and who was turned away', async () => {
    const permits = new Permits(1, 1)
    let finish = () => {}
    const first = permits.hold(() => new Promise<void>((resolve) => (finish = resolve)))
    const second = permits.hold(async () => {})
    expect(await permits.hold(async () => {}).catch(codeOf)).toBe('too_busy')
    expect(permits.load()).toEqual({ running: 1, waiting: 1, refused: 1 })
    finish()
    await Promise.all([first, second])
    expect(permits.load()).toEqual({ running: 0, waiting: 0, refused: 1 })
  })
})

describe('the runner', () => {
  it('asks identical questions once while they run', async () => {
    const { ask } = runner()
    const [a, b] = await Promise.all([ask(RANDOM), ask(RANDOM)])
    expect(a).toBe(b)
    expect(await ask(RANDOM)).not.toEqual(a)
  })

  it('gives an answer again while it is young', async () => {
    const { ask } = runner({ cacheMs: 60_000 })
    expect(await ask(RANDOM)).toBe(await ask(RANDOM))
  })

  it('keeps the answer for the others when one of those who asked goes away', async () => {
    const { ask } = runner()
    const leaving = new AbortController()
    const [first, second] = [ask(RANDOM, leaving.signal), ask(RANDOM)]
    leaving.abort()
    expect(await second).toHaveLength(1)
    expect(await first).toHaveLength(1)
  })

  it('stops the query in ClickHouse when nobody wants the answer any more', async () => {
    const { ask } = runner()
    const leaving = new AbortController()
    const asked = ask(
      question("SELECT sleepEachRow(0.2) AS n, 'needle-1' FROM numbers(1000) SETTINGS max_block_size = 1"),
      leaving.signal,
    )
    asked.catch(() => undefined)
    await expect.poll(running).toBe(1)
    leaving.abort()
    await expect(asked).rejects.toBeInstanceOf(ProblemError)
    await expect.poll(running).toBe(0)
  })

  it('says so when a query takes too long', async () => {
    const { ask } = runner({ queryTimeoutMs: 1000 })
    const slow = question('SELECT sleepEachRow(0.5) AS n FROM numbers(100) SETTINGS max_block_size = 1')
    expect(await ask(slow).catch(codeOf)).toBe('query_timeout')
  })

  it('says so when the tables are missing', async () => {
    expect(await runner().ask(question('SELECT n FROM no_such_table')).catch(codeOf)).toBe('schema_missing')
  })

  it('gives no rows and no fault where a question would read more than it may', async () => {
    const observe = createMetrics()
    const { ask } = runner({ observe })
    await clickhouse.client.command({
      query: 'CREATE TABLE five ENGINE = MergeTree ORDER BY n AS SELECT number AS n FROM numbers(5)',
    })
    const five = question('SELECT toUInt8(n) AS n FROM five ORDER BY n')
    expect(await ask({ ...five, readsMax: 5 })).toHaveLength(5)
    expect(await ask({ ...five, readsMax: 4 })).toBe(READS_TOO_MUCH)
    expect(await linesOf(observe, 'runlens_query_failures_total{')).toEqual([])
  })

  it('tells nothing of what ClickHouse said', async () => {
    const error = await runner()
      .ask(question('SELECT nonsense('))
      .catch((error: unknown) => error)
    expect(codeOf(error)).toBe('internal_error')
    expect((error as Error).message).not.toMatch(/nonsense|SELECT|syntax/i)
  })

  it('says so when ClickHouse is gone, and answers again when it is back', async () => {
    const { ask } = runner()
    await clickhouse.kill()
    const error = await ask(question('SELECT 1 AS n')).catch((error: unknown) => error)
    expect(codeOf(error)).toBe('clickhouse_unreachable')
    expect((error as ProblemError).retryAfterSeconds).toBeGreaterThan(0)
    await clickhouse.restart()
    expect(await ask(question('SELECT 1 AS n'))).toEqual([{ n: 1 }])
  })
})

describe('permits', () => {
  it('let as many in as there are, the others in order', async () => {
    const permits = new Permits(1, 10)
    const seen: number[] = []
    let open = () => {}
    const first = permits.hold(() => new Promise<void>((resolve) => (open = resolve)))
    const others = [1, 2, 3].map((n) => permits.hold(async () => void seen.push(n)))
    expect(seen).toEqual([])
    open()
    await Promise.all([first, ...others])
    expect(seen).toEqual([1, 2, 3])
  })

  it('refuse when the line is full', async () => {
    const permits = new Permits(1, 1)
    let open = () => {}
    const holding = permits.hold(() => new Promise<void>((resolve) => (open = resolve)))
    const waiting = permits.hold(async () => undefined)
    expect(await permits.hold(async () => undefined).catch(codeOf)).toBe('too_busy')
    open()
    await Promise.all([holding, waiting])
  })

  it('lose nothing when somebody leaves the line or a task fails', async () => {
    const permits = new Permits(1, 10)
    const failing = permits.hold(() => Promise.reject(new Error('no'))).catch(() => 'failed')
    const leaving = new AbortController()
    const left = permits.hold(async () => undefined, leaving.signal).catch(() => 'left')
    leaving.abort()
    expect(await Promise.all([failing, left])).toEqual(['failed', 'left'])
    expect(await permits.hold(async () => 'in')).toBe('in')
  })
})

describe('the answer cache', () => {
  it('forgets an answer after its life', () => {
    let now = 0
    const cache = new AnswerCache(100, () => now)
    cache.put('a', [1], 10)
    now = 99
    expect(cache.get('a')).toEqual([1])
    now = 100
    expect(cache.get('a')).toBeUndefined()
  })

  it('keeps a bounded number of bytes, the youngest', () => {
    const cache = new AnswerCache(100, () => 0)
    for (let i = 0; i < 20; i++) cache.put(`k${i}`, [i], 1_000_000)
    expect(cache.get('k0')).toBeUndefined()
    expect(cache.get('k19')).toEqual([19])
  })

  it('keeps no answer that is large, and none at all without a life', () => {
    const cache = new AnswerCache(100, () => 0)
    cache.put('large', [1], 2_000_000)
    expect(cache.get('large')).toBeUndefined()
    const off = new AnswerCache(0, () => 0)
    off.put('a', [1], 1)
    expect(off.get('a')).toBeUndefined()
  })
})
