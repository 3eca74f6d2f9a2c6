/** What the embedded server does under load: parallel queries, aborts, large inserts and results. */
import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'
import { eventually } from '../../test/kit/traces.ts'

const MIB = 1024 * 1024
let server: TestClickHouse
beforeAll(async () => {
  server = await startClickHouse({ settings: { clickhouse: { sessions: 3, queriesMax: 70 } } })
})
afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

async function one<T>(query: string): Promise<T> {
  const result = await server.client.query({ query, format: 'JSONEachRow' })
  return (await result.json<T>())[0]!
}

/** Resident memory of the server, from the system. */
function residentBytes(): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))![1]
  return Number(kib) * 1024
}

/** How many queries that contain `mark` the engine works on. */
async function working(mark: string): Promise<number> {
  const query = `SELECT count() AS c FROM system.processes WHERE position(query, '${mark}') > 0 AND position(query, 'system.processes') = 0`
  return Number((await one<{ c: string }>(query)).c)
}

const untilStopped = (mark: string) => eventually(async () => expect(await working(mark), mark).toBe(0))
const untilRunning = (mark: string) => eventually(async () => expect(await working(mark), mark).not.toBe(0))

/** Waits until so many queries wait for a session, told by the server's own page: the engine can't be asked while all are taken. */
async function untilWaiting(count: number): Promise<void> {
  await eventually(async () => {
    const page = await (await fetch(`${new URL(server.url).origin}/metrics`)).text()
    expect(page).toMatch(new RegExp(`^runlens_clickhouse_queries_waiting ${count}$`, 'm'))
  })
}

describe('many queries at once', () => {
  it('answers 64 parallel queries on three sessions, each with its own rows', async () => {
    const client = createClient({ url: server.url, max_open_connections: 64 })
    const answers = await Promise.all(
      Array.from({ length: 64 }, async (_, i) => {
        const query = `SELECT ${i} AS i, count() AS c FROM numbers(${100_000 + i})`
        return (await client.query({ query, format: 'JSONEachRow' })).json<{ i: number; c: number }>()
      }),
    )
    expect(answers).toEqual(Array.from({ length: 64 }, (_, i) => [{ i, c: 100_000 + i }]))
    await client.close()
  })

  it('refuses queries beyond its limit as ClickHouse does, and answers again afterwards', async () => {
    const client = createClient({ url: server.url, max_open_connections: 200, log: { level: 127 } })
    const abort = new AbortController()
    const query = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1'
    const taken = Array.from({ length: 70 }, () => client.query({ query, abort_signal: abort.signal }))
    const ends = Promise.allSettled(taken)
    await untilWaiting(67)
    const beyond = await Promise.allSettled(Array.from({ length: 50 }, () => client.command({ query: 'SELECT 1' })))
    const refused = { status: 'rejected', reason: { code: '202', type: 'TOO_MANY_SIMULTANEOUS_QUERIES' } }
    expect(beyond).toMatchObject(beyond.map(() => refused))
    abort.abort()
    // None of those that were taken was refused.
    for (const end of await ends) expect(end).not.toMatchObject(refused)
    expect(await client.ping({ select: true })).toEqual({ success: true })
    await client.close()
  })
})

describe('an abort', () => {
  const endless = 'count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1'

  it('stops a query that has given nothing yet', async () => {
    const abort = new AbortController()
    const query = `SELECT 'mark-a', ${endless}`
    const running = server.client.query({ query, abort_signal: abort.signal })
    await untilRunning('mark-a')
    abort.abort()
    await expect(running).rejects.toThrow(/aborted/)
    await untilStopped('mark-a')
  })

  it('stops an insert that selects its rows, and one that reads a file', async () => {
    await server.client.command({ query: 'CREATE TABLE aborted (a UInt64) ENGINE = MergeTree ORDER BY a' })
    const abort = new AbortController()
    const query = `INSERT INTO aborted /* mark-b */ SELECT ${endless}`
    const running = server.client.command({ query, abort_signal: abort.signal })
    await untilRunning('mark-b')
    abort.abort()
    await expect(running).rejects.toThrow(/aborted/)
    await untilStopped('mark-b')
  })

  it('stops queries that wait for a session, and those on all sessions', async () => {
    const abort = new AbortController()
    const client = createClient({ url: server.url, max_open_connections: 20, log: { level: 127 } })
    const running = Array.from({ length: 12 }, (_, i) =>
      client.query({ query: `SELECT 'mark-c-${i}', ${endless}`, abort_signal: abort.signal }),
    )
    // All sessions are taken now; the engine answers only once the aborts have worked.
    await untilWaiting(9)
    abort.abort()
    for (const result of await Promise.allSettled(running)) expect(result.status).toBe('rejected')
    await untilStopped('mark-c')
    await client.close()
  })

  it('stops a stream that nobody reads on', async () => {
    const query = "SELECT number, 'mark-d' FROM numbers(1000000000000)"
    const result = await server.client.query({ query, format: 'JSONEachRow' })
    await untilRunning('mark-d')
    result.close()
    await untilStopped('mark-d')
  })

  it('leaves nothing of its result to the next query', async () => {
    for (let round = 0; round < 6; round++) {
      const abort = new AbortController()
      const query = `SELECT 'mark-e', ${endless}`
      const running = server.client.query({ query, abort_signal: abort.signal, format: 'JSON' })
      await untilRunning('mark-e')
      abort.abort()
      await expect(running).rejects.toThrow(/aborted/)
      await untilStopped('mark-e')
      for (let i = 0; i < 6; i++) expect(await one(`SELECT ${i} AS i`)).toEqual({ i })
    }
  })

  it('of an answer that the engine has finished leaves no rest of it to the next query', async () => {
    for (let round = 0; round < 40; round++) {
      const { stream } = await server.client.exec({ query: "SELECT repeat('x', 100000) FORMAT RawBLOB" })
      stream.destroy()
      expect(await one(`SELECT ${round} AS i`)).toEqual({ i: round })
    }
  })

  it('of the engine itself (limits, errors in the middle) leaves nothing to the next query either', async () => {
    for (let i = 0; i < 6; i++) {
      const query = 'SELECT number, throwIf(number = 300000) FROM numbers(1000000) SETTINGS max_block_size = 10000'
      await expect(server.client.query({ query, format: 'JSONEachRow' }).then((r) => r.json())).rejects.toThrow()
      expect(await one(`SELECT ${i} AS i`)).toEqual({ i })
      await expect(server.client.query({ query: `SELECT throwIf(1)` })).rejects.toMatchObject({ code: '395' })
      expect(await one(`SELECT ${i} AS i`)).toEqual({ i })
    }
  })
})

it('goes on answering while a query works in a scalar subquery, and stops that one too', async () => {
  const abort = new AbortController()
  const query = "SELECT 'mark-f', (SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1)"
  const running = server.client.query({ query, abort_signal: abort.signal })
  await untilRunning('mark-f')
  expect(await one('SELECT 1 AS x')).toEqual({ x: 1 })
  abort.abort()
  await expect(running).rejects.toThrow(/aborted/)
  await untilStopped('mark-f')
})

describe('memory', () => {
  it('does not grow with the size of a result', async () => {
    const read = async (count: number) => {
      const query = `SELECT number, repeat('x', 200) AS s FROM numbers(${count})`
      const result = await server.client.query({ query, format: 'JSONEachRow' })
      let highest = 0
      let seen = 0
      for await (const batch of result.stream()) {
        seen += batch.length
        if (seen % 20_000 < batch.length) highest = Math.max(highest, residentBytes())
      }
      expect(seen).toBe(count)
      return highest
    }
    const first = await read(500_000)
    const second = await read(1_500_000)
    // The second result is 230 MB larger.
    expect(second - first).toBeLessThan(130 * MIB)
  })

  it('does not grow while a client reads nothing of a result', async () => {
    const query = "SELECT number, repeat('x', 100) AS s FROM numbers(1000000000)"
    const before = residentBytes()
    const { stream } = await server.client.exec({ query: `${query} FORMAT RowBinary` })
    // It stands still with a bounded number of rows, which it would go on making otherwise.
    const looks: string[] = []
    await eventually(async () => {
      await sleep(200)
      looks.push(
        (
          await one<{ rows: string }>(
            `SELECT toString(read_rows) AS rows FROM system.processes WHERE position(query, '1000000000)') > 0 AND position(query, 'system.processes') = 0`,
          )
        ).rows,
      )
      expect(residentBytes() - before).toBeLessThan(512 * MIB)
      expect(looks.slice(-4)).toEqual(Array(4).fill(looks.at(-1)))
    })
    expect(Number(looks.at(-1))).toBeGreaterThan(0)
    stream.destroy()
  })

  it('takes an insert of 50 MB as one part, and gives the rows back', async () => {
    await server.client.command({ query: 'CREATE TABLE large (a UInt64, s String) ENGINE = MergeTree ORDER BY a' })
    const { stream } = await server.client.exec({
      query: 'SELECT number AS a, repeat(toString(number % 10), 100) AS s FROM numbers(450000) FORMAT Native',
    })
    await server.client.exec({
      query: 'INSERT INTO large (a, s) FORMAT Native',
      values: Readable.from(stream, { objectMode: false }),
      clickhouse_settings: {
        max_insert_block_size: '1000000',
        min_insert_block_size_rows: '1000000',
        min_insert_block_size_bytes: '0',
        max_insert_threads: '1',
      },
    })
    const sums = 'SELECT count() AS c, sum(a) AS a, sum(length(s)) AS s FROM large'
    expect(await one(sums)).toEqual({ c: '450000', a: String((450_000 * 449_999) / 2), s: '45000000' })
    const parts = "SELECT count() AS c FROM system.parts WHERE table = 'large' AND level = 0 AND database = 'runlens'"
    expect(await one(parts)).toEqual({ c: '1' })
  })
})
