/** Who may send: the built collector with keys of its file and of the table, over both transports and encodings. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInternalTokens, hashOfKey, insertKey, newKeyText, revokeKey, serverSecret } from '@runlens/access'
import { loadSettings } from '@runlens/runtime'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, type CollectorOptions, startCollector } from '../kit/collector.ts'
import { rowsOf, startDatabase } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'
import { someSpans, traceRequest } from './payload.ts'
import { WAYS } from './senders.ts'

const texts = { ingest: newKeyText(), editor: newKeyText(), viewer: newKeyText(), user: newKeyText() }
const keys = Object.entries(texts).map(([role, key]) => ({
  name: role,
  tenant: 'acme',
  role,
  sha256: hashOfKey(key),
  ...(role === 'user' ? { subject: 'ann' } : {}),
}))
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

/** What waits in the spool is of no use to anybody here. */
async function end(collector: Collector): Promise<void> {
  await collector.kill()
  await collector.stop()
}

const kept: Collector[] = []
const running: Collector[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(end))
})
async function start(options: CollectorOptions = {}): Promise<Collector & { grpc: string; http: string }> {
  const collector = await startCollector(options)
  running.push(collector)
  return { ...collector, grpc: collector.urls.otlpGrpc, http: new URL(collector.urls.otlpHttp).host }
}
const PLAIN = WAYS.filter(({ gzip }) => !gzip)
const [grpc, , json] = PLAIN

describe('with keys in its file', () => {
  let asking: Awaited<ReturnType<typeof start>>
  let bounded: Awaited<ReturnType<typeof start>>
  const tenants = PLAIN.map(({ name }) => ({ name, key: newKeyText() }))
  beforeAll(async () => {
    asking = await start({ settings: { auth: { keys } } })
    const ofTenants = tenants.map(({ name, key }, n) => ({
      name: `t${n}`,
      tenant: name,
      role: 'ingest',
      sha256: hashOfKey(key),
    }))
    bounded = await start({ settings: { auth: { keys: ofTenants }, quota: { spansPerSecondMax: 1 } } })
    kept.push(...running.splice(0))
  })
  afterAll(() => Promise.all(kept.splice(0).map(end)))

  it.each(PLAIN)(
    'over $name the roles that send may, and others are told why not',
    async ({ encoding, transport, send }) => {
      const request = traceRequest(encoding, someSpans(3))
      for (const headers of [bearer(texts.ingest), { 'x-api-key': texts.editor }]) {
        expect((await send(asking, request, { headers })).status).toBeUndefined()
      }
      for (const headers of [{}, bearer(newKeyText()), bearer('x'), { authorization: 'Basic eDp5' }]) {
        const answer = await send(asking, request, { headers })
        // A key that nobody ever saw may be one of the table, which can't be read here.
        const isKey = JSON.stringify(headers).includes('Bearer rl_')
        expect(answer[transport]).toBe(transport === 'grpc' ? (isKey ? 14 : 16) : isKey ? 503 : 401)
        expect(answer.status).toMatchObject({
          code: isKey ? 14 : 16,
          message: expect.stringMatching(/key|credential|Bearer/),
        })
      }
      for (const text of [texts.viewer, texts.user]) {
        const answer = await send(asking, request, { headers: bearer(text) })
        expect(answer[transport]).toBe(transport === 'grpc' ? 7 : 403)
        expect(answer.status).toMatchObject({ code: 7, message: expect.stringContaining('ingest, editor, admin') })
      }
    },
  )

  it.each(PLAIN)(
    'over $name a tenant that sends too much is told when to come back',
    async ({ name, encoding, transport, send }) => {
      const headers = bearer(tenants.find((tenant) => tenant.name === name)!.key)
      const large = traceRequest(encoding, someSpans(30))
      expect((await send(bounded, large, { headers })).status).toBeUndefined()
      const answer = await send(bounded, large, { headers })
      expect(answer[transport]).toBe(transport === 'grpc' ? 8 : 429)
      expect(answer.status?.code).toBe(8)
      // 30 of the 10 that ten seconds give: 20 to pay and one more, but for the moment since.
      expect([20, 21]).toContain(answer.retryAfterSeconds)
    },
  )
})

describe('without ClickHouse', () => {
  it('everybody is the default tenant on loopback, as long as no key was ever known', async () => {
    const target = await start()
    expect((await json!.send(target, Buffer.from('{}'))).http).toBe(200)
    expect((await json!.send(target, Buffer.from('{}'), { headers: bearer('anything') })).http).toBe(200)
  })

  it('senders are asked to wait where others reach the collector and it can not be known whether they must be asked', async () => {
    const env = { RUNLENS_OTLP_HTTP: '0.0.0.0:0' }
    const closed = await start({ env })
    const answer = await grpc!.send(closed, Buffer.alloc(0))
    expect(answer).toMatchObject({ grpc: 14, status: { code: 14, retryAfterSeconds: 1 } })
    const insecure = await start({ env: { ...env, RUNLENS_INSECURE: 'true' } })
    expect((await grpc!.send(insecure, Buffer.alloc(0))).grpc).toBe(0)
  })
})

describe('with keys in the table', () => {
  let db: TestClickHouse
  beforeAll(async () => {
    db = await startDatabase()
  })
  afterAll(() => db?.stop())

  const keyOf = (text: string, id: string) => ({
    id,
    tenant: 'acme',
    name: id,
    role: 'ingest' as const,
    subject: null,
    sha256: hashOfKey(text),
    createdAtMs: Date.now(),
    expiresAtMs: null,
    revokedAtMs: null,
    lastUsedAtMs: null,
    source: 'table' as const,
  })

  it('asks from the first key on, forgets revoked ones within seconds, and goes on after a restart without ClickHouse', async () => {
    const request = traceRequest('json', someSpans(3))
    const settings = { auth: { refreshSeconds: 1 } }
    const first = await start({ clickhouseUrl: db.url, settings })
    expect((await json!.send(first, request)).http).toBe(200)
    const [good, bad] = [newKeyText(), newKeyText()]
    await insertKey(db.client, keyOf(good, 'good'))
    await insertKey(db.client, keyOf(bad, 'bad'))
    await eventually(async () => expect((await json!.send(first, request)).http).toBe(401))
    expect((await json!.send(first, request, { headers: bearer(bad) })).http).toBe(200)
    await revokeKey(db.client, 'acme', 'bad', Date.now())
    await eventually(async () => {
      expect((await json!.send(first, request, { headers: bearer(bad) })).http).toBe(401)
    })
    expect((await json!.send(first, request, { headers: bearer(good) })).http).toBe(200)
    await eventually(async () => {
      const used = await rowsOf<{ id: string }>(db.client, 'SELECT id FROM api_keys FINAL WHERE last_used_at > 0')
      expect(used.map(({ id }) => id).sort()).toEqual(['bad', 'good'])
    })
    const [revoked] = await rowsOf<{ n: string }>(
      db.client,
      'SELECT count() AS n FROM api_keys FINAL WHERE revoked_at > 0',
    )
    expect(Number(revoked!.n)).toBe(1)

    const file = join(first.dataDir, 'collector-keys.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).not.toContain(good)
    const second = await start({ settings })
    // What the first one knew, as if it were the same data directory.
    await second.kill()
    writeFileSync(join(second.dataDir, 'collector-keys.json'), readFileSync(file))
    const third = await start({ dataDir: second.dataDir, settings })
    expect((await json!.send(third, request)).http).toBe(401)
    expect((await json!.send(third, request, { headers: bearer(bad) })).http).toBe(401)
    expect((await json!.send(third, request, { headers: bearer(good) })).http).toBe(200)
    const unknown = await json!.send(third, request, { headers: bearer(newKeyText()) })
    expect(unknown.http).toBe(401)
  })
})

it('takes telemetry of the API for the tenant that it names, and of nobody else who names one', async () => {
  const target = await start({ settings: { auth: { keys } } })
  const secret = serverSecret({ ...loadSettings({}), dataDir: target.dataDir })
  const tokens = createInternalTokens(secret)
  const send = async (text: string) =>
    (await json!.send(target, Buffer.from('{}'), { headers: { 'x-runlens-internal': text } })).http
  expect(await send(tokens.make('globex', Date.now()))).toBe(200)
  expect(await send(tokens.make('globex', Date.now() - 60_000))).toBe(401)
  expect(await send('globex')).toBe(401)
  expect(await send(createInternalTokens(Buffer.alloc(32)).make('globex', Date.now()))).toBe(401)
})
