/** The HTTP interface as other clients see it, friendly and hostile ones. */
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { deflateSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'

let server: TestClickHouse
let address: URL
beforeAll(async () => {
  server = await startClickHouse({ settings: { clickhouse: { bodyBytesMax: 1_000_000 } } })
  address = new URL(server.url)
  await server.client.command({ query: 'CREATE TABLE t (a UInt64, s String) ENGINE = MergeTree ORDER BY a' })
})
afterAll(async () => {
  expect(await server.stop()).toBe(0)
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  text: string
}

interface Ask extends Pick<RequestOptions, 'method' | 'headers' | 'auth' | 'path'> {
  words?: Record<string, string>
  body?: Buffer | string
}

/** One request; `auth: ''` sends no credentials. */
function ask({ words = {}, body, ...options }: Ask): Promise<Answer> {
  const auth = options.auth === '' ? undefined : (options.auth ?? `${address.username}:${address.password}`)
  const method = body === undefined ? 'GET' : 'POST'
  const path = `/?${new URLSearchParams(words)}`
  return new Promise((resolve, reject) => {
    const sent = request({
      host: address.hostname,
      port: address.port,
      method,
      path,
      ...options,
      ...(auth ? { auth } : { auth: null }),
    })
    sent.on('error', reject)
    sent.on('response', async (response) => {
      const bytes = await buffer(response)
      resolve({ status: response.statusCode!, headers: response.headers, body: bytes, text: bytes.toString() })
    })
    sent.end(body)
  })
}

const count = async () => Number((await ask({ words: { query: 'SELECT count() FROM t' } })).text)

describe('queries', () => {
  it('come in the URL, in the body, or begin in the one and end in the other', async () => {
    expect((await ask({ words: { query: 'SELECT 1' } })).text).toBe('1\n')
    expect((await ask({ body: 'SELECT 2' })).text).toBe('2\n')
    expect((await ask({ words: { query: 'SELECT 3 AS x' }, body: 'FORMAT JSONEachRow' })).text).toBe('{"x":3}\n')
  })

  it('give TabSeparated unless the statement, default_format or X-ClickHouse-Format say otherwise', async () => {
    const query = "SELECT 1 AS x, 'a' AS y"
    expect((await ask({ words: { query } })).text).toBe('1\ta\n')
    const byWord = await ask({ words: { query, default_format: 'JSONEachRow' } })
    expect(byWord.text).toBe('{"x":1,"y":"a"}\n')
    expect(byWord.headers['x-clickhouse-format']).toBe('JSONEachRow')
    expect((await ask({ words: { query }, headers: { 'X-ClickHouse-Format': 'CSV' } })).text).toBe('1,"a"\n')
    const named = await ask({ words: { query: `${query} FORMAT CSV`, default_format: 'JSON' } })
    expect(named.text).toBe('1,"a"\n')
    expect(named.headers['x-clickhouse-format']).toBe('CSV')
    expect(named.headers['content-type']).toContain('text/csv')
  })

  it('may have comments around them and semicolons behind them', async () => {
    expect((await ask({ body: '-- first\n/* a /* nested */ comment; */ SELECT 1; ;\n-- last; SELECT 2' })).text).toBe(
      '1\n',
    )
  })

  it('insert rows that follow in the body, from the URL on or within it', async () => {
    const before = await count()
    await ask({ words: { query: 'INSERT INTO t FORMAT JSONEachRow' }, body: '{"a":1,"s":"x"}\n' })
    await ask({ body: 'INSERT INTO t (s, a) FORMAT CSV\n"y; --",2\n' })
    await ask({ body: "INSERT INTO t VALUES (3, 'z'), (4, 'FORMAT CSV')" })
    const large = Array.from({ length: 20_000 }, (_, a) => `{"a":${a},"s":"many"}\n`).join('')
    const answer = await ask({ body: `INSERT INTO t SETTINGS max_threads = 1 FORMAT JSONEachRow\n${large}` })
    expect(JSON.parse(String(answer.headers['x-clickhouse-summary']))).toMatchObject({ written_rows: '20000' })
    expect(await count()).toBe(before + 20_004)
    expect((await ask({ words: { query: "SELECT s FROM t WHERE a = 2 AND s LIKE 'y%'" } })).text).toBe('y; --\n')
  })

  it('read only by GET', async () => {
    for (const query of [
      'INSERT INTO t VALUES (1, 1)',
      'DROP TABLE t',
      'WITH 1 AS x INSERT INTO t SELECT x, x',
      'SET max_threads = 1',
    ]) {
      const answer = await ask({ words: { query } })
      expect(answer.headers['x-clickhouse-exception-code']).toBe('164')
    }
    expect((await ask({ words: { query: 'SHOW TABLES' } })).text).toBe('t\n')
  })

  it('may be compressed, and so may their answers', async () => {
    const zipped = await ask({ body: gzipSync('SELECT 5'), headers: { 'Content-Encoding': 'gzip' } })
    expect(zipped.text).toBe('5\n')
    expect((await ask({ body: deflateSync('SELECT 6'), headers: { 'Content-Encoding': 'deflate' } })).text).toBe('6\n')
    const words = { query: 'SELECT 7', enable_http_compression: '1' }
    const answer = await ask({ words, headers: { 'Accept-Encoding': 'gzip' } })
    expect(gunzipSync(answer.body).toString()).toBe('7\n')
    expect((await ask({ words })).text).toBe('7\n')
  })

  it('tell an error by status, code and text', async () => {
    const cases = [
      ['SELEC 1', 400, '62', /Syntax error: failed at position 7/],
      ['SELECT nope', 404, '47', /UNKNOWN_IDENTIFIER/],
      ['SELECT * FROM nope', 404, '60', /UNKNOWN_TABLE/],
      ['SELECT 1 FORMAT Nope', 404, '73', /Unknown format/i],
      ["SELECT toUInt8('x')", 400, '6', /CANNOT_PARSE_TEXT/],
      ['SELECT throwIf(1)', 500, '395', /FUNCTION_THROW_IF_VALUE_IS_NON_ZERO/],
      ['SELECT {x:String}', 500, '456', /Substitution `x` is not set/],
      [
        'SELECT sleepEachRow(1) FROM numbers(3) SETTINGS max_execution_time = 1, max_block_size = 1',
        408,
        '159',
        /TIMEOUT_EXCEEDED/,
      ],
      [
        'SELECT groupArray(number) FROM numbers(100000000) SETTINGS max_memory_usage = 10000000',
        500,
        '241',
        /MEMORY_LIMIT_EXCEEDED/,
      ],
      ["SELECT 1 INTO OUTFILE '/etc/x'", 500, '358', /INTO OUTFILE is not allowed/],
      ['', 400, '62', /Empty query/],
    ] as const
    for (const [query, status, code, text] of cases) {
      const answer = await ask({ body: query, words: { query_id: 'q1' } })
      expect([query, answer.status, answer.headers['x-clickhouse-exception-code']]).toEqual([query, status, code])
      expect(answer.text).toMatch(/^Code: \d+\. DB::Exception: .*\([A-Z_0-9]+\) \(version \d+\.\d+[^)]*\)\n$/s)
      expect(answer.text).toMatch(text)
      expect(answer.headers['x-clickhouse-query-id']).toBe('q1')
    }
  })

  it('tell an error in the middle of a result by its block and a broken end', async () => {
    const query = 'SELECT number, throwIf(number = 900000) FROM numbers(1000000) SETTINGS max_block_size = 10000'
    const received: Buffer[] = []
    const headers = await new Promise<IncomingHttpHeaders>((resolve, reject) => {
      const auth = `${address.username}:${address.password}`
      const sent = request(
        { host: address.hostname, port: address.port, method: 'POST', path: '/', auth },
        (response) => {
          response.on('data', (chunk: Buffer) => received.push(chunk))
          response.on('end', () => reject(new Error('the result looks whole')))
          response.on('error', () => resolve(response.headers))
        },
      )
      sent.end(query)
    })
    const text = Buffer.concat(received).toString()
    const tag = headers['x-clickhouse-exception-tag']
    expect(text.startsWith('0\t0\n1\t0\n')).toBe(true)
    const block = new RegExp(
      `\r\n__exception__\r\n${tag}\r\n(Code: 395\\. .*\n)(\\d+) ${tag}\r\n__exception__\r\n$`,
      's',
    ).exec(text)
    expect(Number(block?.[2])).toBe(block?.[1]?.length)
    // The official client finds the same in its stream.
    const result = await server.client.query({ query, format: 'JSONEachRow' })
    await expect(result.json()).rejects.toMatchObject({ code: '395' })
  })
})

describe('credentials', () => {
  const query = 'SELECT 1'

  it('come as basic authorization, as headers, or in the URL', async () => {
    const { username, password } = address
    const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password }
    expect((await ask({ words: { query } })).status).toBe(200)
    expect((await ask({ words: { query }, auth: '', headers })).status).toBe(200)
    expect((await ask({ words: { query, user: username, password }, auth: '' })).status).toBe(200)
  })

  it('are refused as ClickHouse refuses them', async () => {
    for (const auth of ['runlens:wrong', 'default:', `default:${address.password}`, 'runlens:']) {
      const answer = await ask({ words: { query }, auth })
      expect([auth, answer.status, answer.headers['x-clickhouse-exception-code']]).toEqual([auth, 403, '516'])
    }
    const none = await ask({ words: { query }, auth: '' })
    expect([none.status, none.headers['x-clickhouse-exception-code']]).toEqual([401, '194'])
  })

  it('are not asked for a ping', async () => {
    expect((await ask({ path: '/ping', auth: '' })).text).toBe('Ok.\n')
  })
})

describe('hostile requests', () => {
  it('get no second statement through, however it is hidden', async () => {
    const attacks = [
      'SELECT 1; DROP TABLE t',
      'SELECT 1 /* ; */ ; DROP TABLE t',
      "SELECT 'a\\'; DROP TABLE t; --'; DROP TABLE t",
      'SELECT $x$ ; $x$ ; DROP TABLE t',
      'SELECT $a;b$ ; DROP TABLE t; --$a;b$',
      'SELECT `a\\`; DROP TABLE t -- `; DROP TABLE t',
      "SELECT ‘'’; DROP TABLE t; --'",
      'SHOW TABLES; DROP TABLE t',
      'DROP TABLE IF EXISTS nope; DROP TABLE t',
      'SELECT 1 # not a comment?\n; DROP TABLE t',
      'SELECT 1 #; DROP TABLE t\n; DROP TABLE t',
      'DESCRIBE TABLE t; SYSTEM SHUTDOWN',
      'SET max_threads = 1; DROP TABLE t',
    ]
    for (const body of attacks) {
      const answer = await ask({ body })
      expect([body, answer.status]).toEqual([body, 400])
    }
    await ask({ body: 'INSERT INTO t VALUES (9, 9); DROP TABLE t' })
    await ask({ body: 'INSERT INTO t FORMAT CSV\n1,"x"; DROP TABLE t' })
    expect((await ask({ words: { query: 'EXISTS TABLE t' } })).text).toBe('1\n')
  })

  it('can put nothing into SQL by parameters, settings, database, format or query id', async () => {
    const evil = "x'; DROP TABLE t; --`"
    const value = await ask({ words: { query: 'SELECT {p:String}', param_p: evil, query_id: evil } })
    expect(value.text).toBe(`${evil.replace("'", "\\'")}\n`)
    const name = await ask({ words: { query: 'SELECT 1', 'param_x = 1; DROP TABLE t; --': '1' } })
    expect(name.headers['x-clickhouse-exception-code']).toBe('36')
    const typed = await ask({ words: { query: 'SELECT {p:UInt8}', param_p: '1 OR 1' } })
    expect(typed.headers['x-clickhouse-exception-code']).toBe('457')
    const setting = await ask({ words: { query: 'SELECT 1', 'max_threads = 1; DROP TABLE t; --': '1' } })
    expect([setting.status, setting.headers['x-clickhouse-exception-code']]).toEqual([404, '115'])
    const settingValue = await ask({ words: { query: 'SELECT 1', log_comment: evil } })
    expect(settingValue.text).toBe('1\n')
    const database = await ask({ words: { query: 'SELECT 1', database: 'x`; DROP TABLE runlens.t; --' } })
    expect([database.status, database.headers['x-clickhouse-exception-code']]).toEqual([404, '81'])
    const format = await ask({ words: { query: 'SELECT 1', default_format: "CSV INTO OUTFILE '/tmp/x'" } })
    expect([format.status, format.headers['x-clickhouse-exception-code']]).toEqual([404, '73'])
    const queryId = await ask({ words: { query: 'SELECT 1', query_id: 'a\r\nX-Evil: 1*/; DROP TABLE t' } })
    expect(queryId.headers['x-evil']).toBeUndefined()
    expect((await ask({ words: { query: 'EXISTS TABLE t' } })).text).toBe('1\n')
  })

  it('are refused with a broken, cut or unknown encoding, and store nothing', async () => {
    const before = await count()
    const rows = gzipSync('{"a":1,"s":"x"}\n'.repeat(1000))
    const words = { query: 'INSERT INTO t FORMAT JSONEachRow' }
    const headers = { 'Content-Encoding': 'gzip' }
    for (const body of [
      Buffer.from('no gzip at all'),
      rows.subarray(0, rows.length - 12),
      Buffer.concat([rows.subarray(0, 20), Buffer.alloc(20)]),
    ]) {
      const answer = await ask({ words, body, headers })
      expect(answer.headers['x-clickhouse-exception-code']).toBe('354')
    }
    const unknown = await ask({ words, body: rows, headers: { 'Content-Encoding': 'zstd' } })
    expect(unknown.headers['x-clickhouse-exception-code']).toBe('89')
    expect(await count()).toBe(before)
  })

  it('store nothing when their body is cut off', async () => {
    const before = await count()
    await new Promise<void>((resolve) => {
      const socket = connect(Number(address.port), address.hostname, () => {
        const auth = Buffer.from(`${address.username}:${address.password}`).toString('base64')
        socket.write(
          `POST /?query=INSERT+INTO+t+FORMAT+JSONEachRow HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${auth}\r\nContent-Length: 100000\r\n\r\n{"a":1,"s":"x"}\n`,
        )
        setTimeout(() => socket.destroy(), 100)
      })
      socket.on('close', () => resolve())
    })
    await ask({ words: { query: 'SELECT sleep(0.2)' } })
    expect(await count()).toBe(before)
  })

  it('get 413 for a body above the limit, also one that only inflates to it', async () => {
    const words = { query: 'INSERT INTO t FORMAT JSONEachRow' }
    const large = await ask({ words, body: Buffer.alloc(1_000_001, 32) })
    expect([large.status, large.headers['x-clickhouse-exception-code']]).toEqual([413, '229'])
    const bomb = gzipSync(Buffer.alloc(50_000_000, 32))
    expect(bomb.length).toBeLessThan(100_000)
    const inflated = await ask({ words, body: bomb, headers: { 'Content-Encoding': 'gzip' } })
    expect(inflated.status).toBe(413)
  })

  it('get an error for what is not offered, and the server goes on', async () => {
    const notOffered = [{ session_id: 'x' }, { role: 'x' }, { compress: '1' }, { decompress: '1' }]
    for (const words of notOffered) {
      expect((await ask({ words: { query: 'SELECT 1', ...words } as Record<string, string> })).status).toBe(501)
    }
    expect((await ask({ path: '/replicas_status' })).status).toBe(404)
    expect((await ask({ method: 'DELETE' })).status).toBe(405)
    expect((await ask({ body: Buffer.from([0x53, 0xff, 0xfe]) })).status).toBe(400)
    expect((await ask({ path: '//%zz' })).status).toBe(404)
    const form = { 'Content-Type': 'multipart/form-data; boundary=x' }
    expect((await ask({ body: '--x\r\nno head', headers: form })).status).toBe(400)
    expect((await ask({ words: { query: 'SELECT 1' } })).text).toBe('1\n')
  })
})
