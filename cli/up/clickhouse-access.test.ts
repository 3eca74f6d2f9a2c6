import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkClickHouse, embeddedUrl, ensurePassword, refusedBy } from './clickhouse-access.ts'

const signal = new AbortController().signal
let server: Server
let directory: string
let status: number
let answer: string
let url: string
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-access-'))
  status = 200
  answer = '1\n'
  server = createServer((request, response) => {
    response.statusCode = request.headers['x-clickhouse-key'] === 's/ecret' ? status : 516
    response.end(request.headers['x-clickhouse-key'] === 's/ecret' ? answer : 'Code: 516. Authentication failed')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://me:s%2Fecret@127.0.0.1:${(server.address() as AddressInfo).port}/runlens`
})
afterEach(() => {
  server.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('a ClickHouse of one’s own', () => {
  it('that refuses a migration is quoted, without its password, and what is no answer of it stays as it is', () => {
    const error = Object.assign(new Error('me: Not enough privileges. '), { code: '497' })
    const refused = refusedBy('http://me:s3cret@ch:8123/runlens', error)
    expect(refused?.code).toBe('clickhouse_refused')
    expect(refused?.message).toBe('http://ch:8123 refused to create or update the tables: me: Not enough privileges.')
    expect(refusedBy('http://ch:8123/x', Object.assign(new Error('reset'), { code: 'ECONNRESET' }))).toBeUndefined()
    expect(refusedBy('http://ch:8123/x', new TypeError('a bug'))).toBeUndefined()
  })

  it('passes when it answers a query with the credentials of the URL', async () => {
    await checkClickHouse(url, signal, () => expect.unreachable())
  })

  it('is refused at once when it answers with an error, whose text is shown', async () => {
    await expect(checkClickHouse(url.replace('ecret', 'hared'), signal, () => {})).rejects.toMatchObject({
      code: 'clickhouse_refused',
      message: expect.stringContaining('Authentication failed'),
    })
  })

  it('is refused when something else than ClickHouse listens there', async () => {
    answer = '<html>hello</html>'
    await expect(checkClickHouse(url, signal, () => {})).rejects.toMatchObject({ code: 'clickhouse_refused' })
  })

  it('is waited for, then called unreachable, without showing its password', async () => {
    server.close()
    let waited = 0
    const error = await checkClickHouse(url, signal, () => waited++, 700).catch((reason: unknown) => reason)
    expect(waited).toBe(1)
    expect(error).toMatchObject({ code: 'clickhouse_unreachable', message: expect.stringContaining('ECONNREFUSED') })
    expect(String(error)).not.toContain('ecret')
  })
})

describe('the password of the embedded engine', () => {
  it('is made once, for its owner only', () => {
    ensurePassword(directory)
    const file = join(directory, 'clickhouse.password')
    const first = readFileSync(file, 'utf8')
    ensurePassword(directory)
    expect(readFileSync(file, 'utf8')).toBe(first)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(first.trim()).toMatch(/^[\w-]{32}$/)
  })

  it('goes into the URL, escaped', () => {
    writeFileSync(join(directory, 'clickhouse.password'), 'a/b\n')
    expect(embeddedUrl(directory, { host: '0.0.0.0', port: 8123 })).toBe('http://runlens:a%2Fb@127.0.0.1:8123/runlens')
  })

  it('is unknown where the engine never ran', () => {
    expect(embeddedUrl(directory, { host: '127.0.0.1', port: 8123 })).toBeUndefined()
  })
})
