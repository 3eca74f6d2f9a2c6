/** The official client, unmodified, against the embedded server. */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'

let server: TestClickHouse
beforeAll(async () => {
  server = await startClickHouse()
})
afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

async function rows<T>(query: string, parameters: Record<string, unknown> = {}, settings = {}): Promise<T[]> {
  const result = await server.client.query({
    query,
    query_params: parameters,
    clickhouse_settings: settings,
    format: 'JSONEachRow',
  })
  return result.json<T>()
}

async function newTable(columns: string, engine = 'MergeTree ORDER BY tuple()'): Promise<string> {
  const table = `t_${randomUUID().replaceAll('-', '')}`
  await server.client.command({ query: `CREATE TABLE ${table} (${columns}) ENGINE = ${engine}` })
  return table
}

describe('asking', () => {
  it('answers a ping, with and without a query', async () => {
    expect(await server.client.ping()).toEqual({ success: true })
    expect(await server.client.ping({ select: true })).toEqual({ success: true })
  })

  it('gives the same rows in every format that the client reads', async () => {
    const query = 'SELECT number AS n, toString(number) AS s FROM numbers(2)'
    const asked = async (format: 'JSON' | 'JSONEachRow' | 'JSONCompactEachRow') => {
      const result = await server.client.query({ query, format })
      return result.json()
    }
    expect(await asked('JSONEachRow')).toEqual([
      { n: '0', s: '0' },
      { n: '1', s: '1' },
    ])
    expect(await asked('JSONCompactEachRow')).toEqual([
      ['0', '0'],
      ['1', '1'],
    ])
    expect(await asked('JSON')).toMatchObject({ rows: 2, data: [{ n: '0' }, { n: '1' }] })
    const csv = await server.client.query({ query, format: 'CSV' })
    expect(await csv.text()).toBe('0,"0"\n1,"1"\n')
  })

  it('gives statements that are no SELECT in the format that was asked for', async () => {
    const table = await newTable('a UInt8')
    expect(await rows(`EXISTS TABLE ${table}`)).toEqual([{ result: 1 }])
    expect(await rows(`DESCRIBE TABLE ${table}`)).toMatchObject([{ name: 'a', type: 'UInt8' }])
    expect(await rows('SHOW TABLES')).toContainEqual({ name: table })
    expect((await rows<{ explain: string }>('EXPLAIN SYNTAX SELECT 1'))[0]!.explain).toBe('SELECT 1')
  })

  it('returns nothing for an empty result', async () => {
    expect(await rows('SELECT 1 AS x WHERE 0')).toEqual([])
  })

  it('streams rows', async () => {
    const result = await server.client.query({ query: 'SELECT number FROM numbers(100000)', format: 'JSONEachRow' })
    let count = 0
    let last: unknown
    for await (const batch of result.stream<{ number: string }>()) {
      count += batch.length
      last = batch[batch.length - 1]!.json()
    }
    expect(count).toBe(100_000)
    expect(last).toEqual({ number: '99999' })
  })

  it('echoes the query id and names the format', async () => {
    const result = await server.client.query({ query: 'SELECT 1', format: 'JSON', query_id: 'my-query-1' })
    await result.text()
    expect(result.query_id).toBe('my-query-1')
    expect(result.response_headers['x-clickhouse-query-id']).toBe('my-query-1')
    expect(result.response_headers['x-clickhouse-format']).toBe('JSON')
  })

  it('runs exec and hands its stream over', async () => {
    const { stream } = await server.client.exec({ query: 'SELECT 42 AS x FORMAT TabSeparatedWithNames' })
    expect((await buffer(stream)).toString()).toBe('x\n42\n')
  })

  it('shows every session the same tables, in the database of the URL', async () => {
    const table = await newTable('a UInt8')
    const seen = await Promise.all(
      Array.from({ length: 24 }, () => rows(`SELECT currentDatabase() AS d, count() AS c FROM ${table}`)),
    )
    for (const answer of seen) expect(answer).toEqual([{ d: 'runlens', c: '0' }])
  })
})

describe('inserting', () => {
  it('tells how many rows were written', async () => {
    const table = await newTable('a UInt64, s String')
    const values = [
      { a: 1, s: "it's" },
      { a: '18446744073709551615', s: 'Zürich\t\n\\' },
    ]
    const { summary, executed } = await server.client.insert({ table, values, format: 'JSONEachRow' })
    expect(executed).toBe(true)
    expect(summary).toMatchObject({ written_rows: '2' })
    expect(await rows(`SELECT * FROM ${table} ORDER BY a`)).toEqual([
      { a: '1', s: "it's" },
      { a: '18446744073709551615', s: 'Zürich\t\n\\' },
    ])
  })

  it('takes a stream of rows, columns by name and columns left out', async () => {
    const table = await newTable("a UInt64, b String DEFAULT 'unset', c UInt8 DEFAULT 7")
    const stream = Readable.from([
      [1, 'x'],
      [2, 'y'],
    ])
    await server.client.insert({ table, values: stream, format: 'JSONCompactEachRow', columns: ['a', 'b'] })
    await server.client.insert({ table, values: [{ a: 3 }], format: 'JSONEachRow', columns: { except: ['b', 'c'] } })
    expect(await rows(`SELECT * FROM ${table} ORDER BY a`)).toEqual([
      { a: '1', b: 'x', c: 7 },
      { a: '2', b: 'y', c: 7 },
      { a: '3', b: 'unset', c: 7 },
    ])
  })

  it('takes values in the statement, and a statement that selects its rows', async () => {
    const table = await newTable('a UInt64, s String')
    await server.client.command({
      query: `INSERT INTO ${table} VALUES (1, 'a;b'), ({two:UInt64}, concat('x', 'y'))`,
      query_params: { two: 2 },
    })
    await server.client.command({
      query: `INSERT INTO ${table} SELECT {n:UInt64}, getSetting('max_threads')::String`,
      query_params: { n: 3 },
      clickhouse_settings: { max_threads: 1 },
    })
    expect(await rows(`SELECT * FROM ${table} ORDER BY a`)).toEqual([
      { a: '1', s: 'a;b' },
      { a: '2', s: 'xy' },
      { a: '3', s: '1' },
    ])
  })

  it('keeps every byte value through Native and RowBinary, both ways', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
    const length = Buffer.from([0x80, 0x02])
    const table = await newTable('s String')
    const native = Buffer.concat([
      Buffer.from([1, 1, 1]),
      Buffer.from('s'),
      Buffer.from([6]),
      Buffer.from('String'),
      length,
      bytes,
    ])
    const rowBinary = Buffer.concat([length, bytes])
    for (const [format, body] of [
      ['Native', native],
      ['RowBinary', rowBinary],
    ] as const) {
      await server.client.exec({ query: `INSERT INTO ${table} (s) FORMAT ${format}`, values: Readable.from([body]) })
      const { stream } = await server.client.exec({ query: `SELECT s FROM ${table} LIMIT 1 FORMAT ${format}` })
      expect((await buffer(stream)).equals(body)).toBe(true)
    }
    expect(await rows(`SELECT count() AS c, uniqExact(s) AS u, any(length(s)) AS l FROM ${table}`)).toEqual([
      { c: '2', u: '1', l: '256' },
    ])
  })

  it('stores nothing of an insert whose rows are broken, and says where', async () => {
    const table = await newTable('a UInt64')
    const values = [{ a: 1 }, { a: 'no number' }]
    const failed = server.client.insert({ table, values, format: 'JSONEachRow' })
    await expect(failed).rejects.toMatchObject({ code: '27', type: 'CANNOT_PARSE_INPUT_ASSERTION_FAILED' })
    await expect(failed).rejects.toThrow(/at row 2/)
    expect(await rows(`SELECT count() AS c FROM ${table}`)).toEqual([{ c: '0' }])
  })

  it('stores a batch once under its deduplication token, in the table and in the view behind it', async () => {
    const table = await newTable('a UInt64', 'MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 1000')
    const view = `${table}_v`
    await server.client.command({
      query: `CREATE MATERIALIZED VIEW ${view} (a UInt64) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 1000 AS SELECT a FROM ${table}`,
    })
    const insert = () =>
      server.client.insert({
        table,
        values: [{ a: 1 }, { a: 2 }],
        format: 'JSONEachRow',
        clickhouse_settings: {
          insert_deduplication_token: "batch'1",
          deduplicate_blocks_in_dependent_materialized_views: 1,
          max_insert_block_size: '1000000',
          min_insert_block_size_rows: '1000000',
          wait_end_of_query: 1,
        },
      })
    await insert()
    await insert()
    expect(await rows(`SELECT (SELECT count() FROM ${table}) AS t, (SELECT count() FROM ${view}) AS v`)).toEqual([
      { t: '2', v: '2' },
    ])
  })
})

describe('settings and parameters', () => {
  it('applies settings of a request to this request only', async () => {
    const asked = () => rows("SELECT getSetting('max_block_size')::String AS v")
    const [{ v: usual }] = (await asked()) as [{ v: string }]
    expect(await rows("SELECT getSetting('max_block_size')::String AS v", {}, { max_block_size: '777' })).toEqual([
      { v: '777' },
    ])
    for (let i = 0; i < 20; i++) expect(await asked()).toEqual([{ v: usual }])
  })

  it('lets the settings that a statement names go before those of the request', async () => {
    const query = "SELECT getSetting('max_threads')::UInt8 AS v SETTINGS max_threads = 3"
    expect(await rows(query, {}, { max_threads: 2 })).toEqual([{ v: 3 }])
  })

  it('does not keep the settings of a request in a table or view that it creates', async () => {
    const table = `t_${randomUUID().replaceAll('-', '')}`
    await server.client.command({
      query: `CREATE VIEW ${table} AS SELECT 1 AS x`,
      clickhouse_settings: { max_execution_time: 5 },
    })
    const [{ statement }] = (await rows<{ statement: string }>(`SHOW CREATE TABLE ${table}`)) as [{ statement: string }]
    expect(statement).toContain('SELECT 1 AS x')
    expect(statement).not.toContain('max_execution_time')
  })

  it('forgets SET, USE and temporary tables when their request ends, as without an HTTP session', async () => {
    await server.client.command({ query: 'SET max_block_size = 123' })
    await server.client.command({ query: 'USE system' })
    await server.client.command({ query: 'CREATE TEMPORARY TABLE only_here (a UInt8)' })
    const answers = await Promise.all(
      Array.from({ length: 24 }, () =>
        rows("SELECT currentDatabase() AS d, getSetting('max_block_size')::String AS b"),
      ),
    )
    for (const [answer] of answers) {
      expect(answer).toMatchObject({ d: 'runlens' })
      expect(answer).not.toMatchObject({ b: '123' })
    }
    await expect(rows('SELECT * FROM only_here')).rejects.toMatchObject({ code: '60' })
  })

  it('binds parameters by type', async () => {
    const values = {
      text: "Robert'); DROP TABLE x; --\\\t\n\0 ü",
      number: '18446744073709551615',
      list: ["a'b", 'c\\d', 'e\tf'],
      map: { "k'": 'v\\' },
      nothing: null,
      time: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678)),
      yes: true,
    }
    const query = `SELECT {text:String} AS text, {number:UInt64} AS number, {list:Array(String)} AS list,
      {map:Map(String, String)} AS map, {nothing:Nullable(String)} AS nothing,
      toUnixTimestamp64Milli({time:DateTime64(3, 'UTC')})::String AS time, {yes:Bool} AS yes`
    expect(await rows(query, values)).toEqual([{ ...values, time: '1767323045678' }])
    // The same through a statement that the engine can't stream.
    const table = await newTable('text String, list Array(String)')
    const insert = `INSERT INTO ${table} SELECT {text:String}, {list:Array(String)}`
    await server.client.command({ query: insert, query_params: values })
    expect(await rows(`SELECT * FROM ${table}`)).toEqual([{ text: values.text, list: values.list }])
  })

  it('binds names as identifiers', async () => {
    const table = await newTable('`odd ``name` UInt8')
    await server.client.insert({ table, values: [[5]], format: 'JSONCompactEachRow' })
    const query = 'SELECT {column:Identifier} AS v FROM {table:Identifier}'
    expect(await rows(query, { column: 'odd `name', table })).toEqual([{ v: 5 }])
  })

  it('never mixes the parameters of parallel requests, streamed or not', async () => {
    const table = await newTable('v UInt32')
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        if (i % 4 === 0) {
          await server.client.command({ query: `INSERT INTO ${table} SELECT {v:UInt32}`, query_params: { v: i } })
        } else {
          expect(await rows('SELECT {v:UInt32} AS v, sleep(0.002) AS s', { v: i })).toEqual([{ v: i, s: 0 }])
        }
      }),
    )
    const expected = Array.from({ length: 25 }, (_, i) => ({ v: i * 4 }))
    expect(await rows(`SELECT v FROM ${table} ORDER BY v`)).toEqual(expected)
  })

  it('refuses a parameter that is missing even if an earlier request had one of its name', async () => {
    const table = await newTable('v UInt32')
    const insert = `INSERT INTO ${table} SELECT {v:UInt32}`
    await Promise.all(
      Array.from({ length: 16 }, () => server.client.command({ query: insert, query_params: { v: 1 } })),
    )
    for (let i = 0; i < 16; i++) {
      await expect(server.client.command({ query: insert })).rejects.toMatchObject({ code: '456' })
      await expect(rows('SELECT {v:UInt32}')).rejects.toMatchObject({ code: '456' })
    }
  })

  it('takes long lists of parameters as a form', async () => {
    const client = createClient({ url: server.url, use_multipart_params_auto: true })
    const ids = Array.from({ length: 50_000 }, (_, i) => `id-${i}`)
    const result = await client.query({
      query: 'SELECT length({ids:Array(String)}) AS n, {ids:Array(String)}[50000] AS last',
      query_params: { ids },
      format: 'JSONEachRow',
    })
    expect(await result.json()).toEqual([{ n: 50_000, last: 'id-49999' }])
    await client.close()
  })

  it('answers in the database of the request', async () => {
    await server.client.command({ query: 'CREATE DATABASE IF NOT EXISTS other' })
    await server.client.command({ query: 'CREATE TABLE IF NOT EXISTS other.here (a UInt8) ENGINE = Memory' })
    const client = createClient({ url: server.url.replace(/runlens$/, 'other') })
    const result = await client.query({
      query: 'SELECT currentDatabase() AS d, count() AS c FROM here',
      format: 'JSONEachRow',
    })
    expect(await result.json()).toEqual([{ d: 'other', c: 0 }])
    await client.close()
    await expect(rows('SELECT * FROM here')).rejects.toMatchObject({ code: '60' })
  })
})

describe('compression', () => {
  it('goes both ways', async () => {
    const client = createClient({ url: server.url, compression: { request: true, response: true } })
    const table = await newTable('a UInt64, s String')
    const values = Array.from({ length: 10_000 }, (_, a) => ({ a, s: `row ${a}` }))
    await client.insert({ table, values, format: 'JSONEachRow' })
    const result = await client.query({ query: `SELECT * FROM ${table} ORDER BY a`, format: 'JSONEachRow' })
    expect(result.response_headers['content-encoding']).toBe('gzip')
    expect(await result.json()).toEqual(values.map(({ a, s }) => ({ a, s })))
    await expect(client.query({ query: 'SELECT nope' })).rejects.toMatchObject({ code: '47' })
    await client.close()
  })
})
