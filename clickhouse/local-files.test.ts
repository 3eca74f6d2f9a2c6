/** Rows by way of files and through the connection must come to the same; and no file may stay. */

import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { type ClickHouseClient, createClickHouse } from './client.ts'
import { removeForgottenFiles } from './embedded/data-directory.ts'
import { BODIES_DIRECTORY, LocalFiles, localFilesOf, RESULT_FILE_HEADER, ROWS_FILE_HEADER } from './local-files.ts'
import { sendRows } from './send-rows.ts'
import { readNativeInto } from './take-native.ts'

const BODY_BYTES_MAX = 1_000_000
let server: TestClickHouse
let beside: ClickHouseClient
let files: LocalFiles
beforeAll(async () => {
  server = await startClickHouse({ settings: { clickhouse: { bodyBytesMax: BODY_BYTES_MAX } } })
  beside = createClickHouse({ url: server.url, dataDir: server.dataDir, application: 'test' })
  files = localFilesOf(beside)!
})
afterAll(async () => {
  await beside?.close()
  expect(await server.stop()).toBe(0)
})
beforeEach(() =>
  server.client.command({
    query:
      'CREATE OR REPLACE TABLE t (a UInt64, s String) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100',
  }),
)

const left = () => readdirSync(join(server.dataDir, BODIES_DIRECTORY)).filter((name) => !name.startsWith('pipe-'))
const stored = async () => {
  const answer = await server.client.query({ query: 'SELECT a, s FROM t ORDER BY a, s', format: 'JSONCompactEachRow' })
  return answer.json<[string, string]>()
}

async function insert(
  client: ClickHouseClient,
  rows: readonly Uint8Array[],
  query = 'INSERT INTO t FORMAT TabSeparated',
) {
  const { stream } = await sendRows(client, { query, rows, settings: {} })
  return text(stream)
}

/** One request with these headers: status and body. */
async function ask(body: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  const { hostname, port, username, password } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method: 'POST', auth: `${username}:${password}`, headers })
    sent.on('error', reject)
    sent.on('response', async (response) => resolve({ status: response.statusCode!, body: await text(response) }))
    sent.end(body)
  })
}

describe('a client', () => {
  it('uses files only where it asks the embedded server of its own data directory', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'runlens-elsewhere-'))
    expect(LocalFiles.beside(server.url, server.dataDir)).toBeInstanceOf(LocalFiles)
    expect(LocalFiles.beside(server.url, elsewhere)).toBeUndefined()
    writeFileSync(join(elsewhere, 'clickhouse.password'), 'another-password-of-another-server')
    expect(LocalFiles.beside(server.url, elsewhere)).toBeUndefined()
    expect(LocalFiles.beside('http://127.0.0.1:8123/runlens', server.dataDir)).toBeUndefined()
    expect(LocalFiles.beside(server.url.replace('127.0.0.1', 'clickhouse.example'), server.dataDir)).toBeUndefined()
    expect(localFilesOf(server.client)).toBeUndefined()
    rmSync(elsewhere, { recursive: true })
  })

  it('sends rows of any number of pieces', async () => {
    const rows = Array.from({ length: 2_500 }, (_, n) => `${n}\tx${n}\n`)
    expect(
      await insert(
        beside,
        rows.map((row) => Buffer.from(row)),
      ),
    ).toBe('')
    expect(await stored()).toEqual(rows.map((_, n) => [String(n), `x${n}`]))
    expect(left()).toEqual([])
  })

  it('reads the same bytes as through the connection', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 3_000 }),
        fc.string({ unit: 'binary', maxLength: 40 }),
        async (rows, word) => {
          const statement = {
            query:
              'SELECT number AS n, concat({word:String}, toString(number)) AS s, toLowCardinality({word:String}) FROM numbers({rows:UInt32})',
            parameters: { rows, word },
          }
          const [one, other] = [Buffer.alloc(400_000), Buffer.alloc(400_000)]
          const length = await readNativeInto(server.client, statement, one)
          expect(await readNativeInto(beside, statement, other)).toBe(length)
          expect(other.equals(one)).toBe(true)
        },
      ),
      { numRuns: 30 },
    )
    expect(left()).toEqual([])
  })

  it('is told when there is no room for a result, be it a little or far too long', async () => {
    const rows = (n: number) => ({ query: `SELECT toUInt64(number) AS n FROM numbers(${n})`, parameters: {} })
    const room = Buffer.alloc(8_100)
    expect(await readNativeInto(beside, rows(1_000), room)).toBeGreaterThan(8_000)
    expect(await readNativeInto(beside, rows(1_020), room)).toBe(-1)
    expect(await readNativeInto(beside, rows(1), room.subarray(0, 0))).toBe(-1)
    expect(await readNativeInto(beside, rows(3_000_000), room)).toBe(-1)
    expect(left()).toEqual([])
  })

  it('hears the errors of its statements, and leaves nothing', async () => {
    await expect(insert(beside, [Buffer.from('no number\n')])).rejects.toMatchObject({ code: '27' })
    await expect(insert(beside, [], 'INSERT INTO nowhere FORMAT Native')).rejects.toMatchObject({ code: '60' })
    await expect(
      readNativeInto(
        beside,
        { query: 'SELECT throwIf(number = 5) FROM numbers(10)', parameters: {} },
        Buffer.alloc(9_999),
      ),
    ).rejects.toMatchObject({ code: '395' })
    expect(left()).toEqual([])
    expect(await stored()).toEqual([])
  })

  it('is refused rows beyond the largest body, as through the connection', async () => {
    const long = Buffer.alloc(BODY_BYTES_MAX + 1, '1\n')
    for (const client of [server.client, beside])
      await expect(insert(client, [long])).rejects.toMatchObject({ code: '229' })
    expect(left()).toEqual([])
  })

  it('that meets another server with the same password does without, and stores each row once', async () => {
    const { hostname, port } = new URL(server.url)
    // It knows nothing of files, as a ClickHouse server does not.
    const other = createServer((asked, answer) => {
      const { [ROWS_FILE_HEADER]: _, [RESULT_FILE_HEADER]: __, ...headers } = asked.headers
      const on = request({ hostname, port, path: asked.url, method: asked.method, headers }, (answered) => {
        answer.writeHead(answered.statusCode!, answered.headers)
        answered.pipe(answer)
      })
      asked.pipe(on)
    })
    await once(other.listen(0, '127.0.0.1'), 'listening')
    const url = server.url.replace(`:${port}`, `:${(other.address() as AddressInfo).port}`)
    for (const first of ['insert', 'select']) {
      const client = createClickHouse({ url, dataDir: server.dataDir, application: 'test' })
      expect(localFilesOf(client)).toBeInstanceOf(LocalFiles)
      const select = async () => {
        const room = Buffer.alloc(1_000)
        const length = await readNativeInto(client, { query: 'SELECT 7 AS n', parameters: {} }, room)
        const plain = Buffer.alloc(1_000)
        expect(length).toBe(await readNativeInto(server.client, { query: 'SELECT 7 AS n', parameters: {} }, plain))
        expect(room.equals(plain)).toBe(true)
      }
      if (first === 'select') await select()
      const settings = { insert_deduplication_token: first, insert_deduplicate: 1 } as const
      const { stream } = await sendRows(client, {
        query: 'INSERT INTO t FORMAT TabSeparated',
        rows: [Buffer.from(`1\t${first}\n`)],
        settings,
      })
      expect(await text(stream)).toBe('')
      await select()
      expect(localFilesOf(client)).toBeUndefined()
      await client.close()
    }
    other.closeAllConnections()
    other.close()
    expect(await stored()).toEqual([
      ['1', 'insert'],
      ['1', 'select'],
    ])
    expect(left()).toEqual([])
  })

  it('leaves no file that could not be written whole', async () => {
    await expect(files.write([Buffer.from('1\ta\n'), 'no bytes' as never])).rejects.toThrow()
    expect(left()).toEqual([])
  })
})

describe('the server', () => {
  it('takes no name that is not a file of a client', async () => {
    for (const name of [
      '',
      '..',
      '../clickhouse.password',
      'pipe-0',
      '/etc/passwd',
      `${'a'.repeat(16)}-1`,
      'client-0-1',
    ]) {
      const rows = await ask('INSERT INTO t FORMAT TSV', { [ROWS_FILE_HEADER]: name })
      expect(rows).toMatchObject({ status: 400, body: expect.stringContaining('BAD_ARGUMENTS') })
      const result = await ask('SELECT 1', { [RESULT_FILE_HEADER]: name })
      expect(result).toMatchObject({ status: 400, body: expect.stringContaining('BAD_ARGUMENTS') })
    }
  })

  it('stores nothing, and says so, when the file is not there', async () => {
    const answer = await ask('INSERT INTO t FORMAT TSV', { [ROWS_FILE_HEADER]: files.name() })
    expect(answer.body).toContain('FILE_DOESNT_EXIST')
    expect(answer.status).not.toBe(200)
    expect(await stored()).toEqual([])
  })

  it('wants a statement that goes with the file', async () => {
    const both = await ask('INSERT INTO t FORMAT TSV\n1\ta\n', { [ROWS_FILE_HEADER]: await files.write([]) })
    expect(both.body).toContain('without rows of its own')
    const none = await ask('SELECT 1', { [ROWS_FILE_HEADER]: await files.write([]) })
    expect(none.body).toContain('BAD_ARGUMENTS')
    const show = await ask('SHOW TABLES', { [RESULT_FILE_HEADER]: files.name() })
    expect(show.body).toContain('A file for a result is for a SELECT')
    expect(await stored()).toEqual([])
  })

  it('takes the statement from URL and body, with settings and parameters', async () => {
    const { hostname, port, username, password } = new URL(server.url)
    const query = encodeURIComponent('INSERT INTO t SETTINGS async_insert = 0')
    const url = `http://${hostname}:${port}/?query=${query}&max_insert_threads=1`
    const basic = Buffer.from(`${username}:${password}`).toString('base64')
    const name = await files.write([Buffer.from('7\tseven\n')])
    const answer = await fetch(url, {
      method: 'POST',
      headers: { Authorization: `Basic ${basic}`, [ROWS_FILE_HEADER]: name },
      body: 'FORMAT TabSeparated',
    })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(await stored()).toEqual([['7', 'seven']])
  })

  it('removes what clients left behind, and nothing else', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'runlens-bodies-'))
    const names = [files.name(), files.name(), '12-1', 'pipe-0']
    for (const name of names) writeFileSync(join(directory, name), '')
    const longAgo = new Date(Date.now() - 10 * 60_000)
    for (const name of [names[0]!, '12-1', 'pipe-0']) utimesSync(join(directory, name), longAgo, longAgo)
    removeForgottenFiles(directory, { warn: () => expect.unreachable() } as never)
    expect(readdirSync(directory).sort()).toEqual(['12-1', names[1]!, 'pipe-0'])
    rmSync(directory, { recursive: true })
    const warned: unknown[] = []
    removeForgottenFiles(directory, { warn: (...said: unknown[]) => warned.push(said) } as never)
    expect(warned).toHaveLength(1)
  })
})
