/** Credentials as a client meets them: a real server, a real ClickHouse, real tokens of an issuer. */
import { hashOfKey, newKeyText } from '@runlens/access'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { insertExecutions, type StartApiOptions, startApi, type TestApi } from '../../test/kit/api.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { startDatabase } from '../../test/kit/stack-db.ts'
import { eventually } from '../../test/kit/traces.ts'

const LIST = '/api/v1/executions'
const KEYS = '/api/v1/keys'
const SESSION = '/api/v1/session'
const HOUR = 3_600_000

let db: TestClickHouse
const apis: TestApi[] = []
let nowMs = Date.parse('2026-11-20T12:00:00Z')

beforeAll(async () => {
  db = await startDatabase()
  const at = '2026-11-20 11:00:00.000'
  await insertExecutions(db.client, [
    { execution_id: 'acme-1', tenant: 'acme', started_at: at, user_id: 'ann' },
    { execution_id: 'acme-2', tenant: 'acme', started_at: at, user_id: 'bob' },
    { execution_id: 'acme-3', tenant: 'acme', started_at: at, user_id: '' },
    { execution_id: 'default-1', started_at: at },
  ])
})
afterAll(() => db?.stop())
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.stop()))
})

async function start(settings: StartApiOptions['settings'], more: Partial<StartApiOptions> = {}): Promise<TestApi> {
  const api = await startApi({ clickhouseUrl: db.url, now: () => nowMs, settings, ...more })
  apis.push(api)
  return api
}

const texts = { admin: newKeyText(), viewer: newKeyText(), ann: newKeyText(), other: newKeyText() }
const fileKey = (name: string, role: string, key: string, more = {}) => ({
  name,
  tenant: 'acme',
  role,
  sha256: hashOfKey(key),
  ...more,
})
const keys = [
  fileKey('admin', 'admin', texts.admin),
  fileKey('viewer', 'viewer', texts.viewer),
  fileKey('ann', 'user', texts.ann, { subject: 'ann' }),
  fileKey('other', 'admin', texts.other, { tenant: 'globex' }),
]
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
const idsOf = ({ body }: { body: { executions: { execution_id: string }[] } }) =>
  body.executions.map(({ execution_id }) => execution_id).sort()

describe('a key', () => {
  it('names the tenant, in either header', async () => {
    const api = await start({ auth: { keys } })
    for (const headers of [bearer(texts.viewer), { 'x-api-key': texts.viewer }]) {
      expect(idsOf(await api.get(LIST, headers))).toEqual(['acme-1', 'acme-2', 'acme-3'])
    }
    expect(idsOf(await api.get(LIST, bearer(texts.other)))).toEqual([])
    expect((await api.get(`${LIST}/id/acme-1`, bearer(texts.other))).body.code).toBe('execution_not_found')
  })

  it('of role user sees its own executions, and those of nobody where that is shared', async () => {
    const hidden = await start({ auth: { keys } })
    expect(idsOf(await hidden.get(LIST, bearer(texts.ann)))).toEqual(['acme-1'])
    expect(idsOf(await hidden.get(`${LIST}?user_id=bob`, bearer(texts.ann)))).toEqual([])
    expect((await hidden.get(`${LIST}/id/acme-2`, bearer(texts.ann))).status).toBe(404)
    const shared = await start({ auth: { keys }, access: { unowned: 'shared' } })
    expect(idsOf(await shared.get(LIST, bearer(texts.ann)))).toEqual(['acme-1', 'acme-3'])
  })

  it('is asked for before anything of a request is looked at', async () => {
    const api = await start({ auth: { keys } })
    for (const path of [LIST, `${LIST}?limit=0&nonsense=1`, `${LIST}/id/acme-1`]) {
      const { status, headers, body } = await api.get(path)
      expect([path, status, body.code]).toEqual([path, 401, 'unauthenticated'])
      expect(headers.get('www-authenticate')).toBe('Bearer realm="runlens"')
      expect(headers.get('cache-control')).toBe('no-store')
    }
    const wrong = await api.get(LIST, bearer(newKeyText()))
    expect([wrong.status, wrong.body.code]).toEqual([401, 'credential_invalid'])
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect((await api.get(LIST, { authorization: 'Basic eDp5' })).body.code).toBe('credential_invalid')
    expect((await api.get(`${LIST}?session_token=${texts.viewer}`)).body.code).toBe('unauthenticated')
    expect((await api.get(`${LIST}?ticket=${texts.viewer}`)).body.code).toBe('unauthenticated')
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs', '/ui/']) {
      expect([path, (await api.get(path)).status]).toEqual([path, 200])
    }
  })

  it('is answered whatever name the server has', async () => {
    const api = await start({ auth: { keys } })
    const { port } = new URL(api.url)
    const { request } = await import('node:http')
    const status = await new Promise((resolve) => {
      const headers = { host: 'runlens.example', ...bearer(texts.viewer) }
      request({ host: '127.0.0.1', port, path: LIST, headers }, (answer) => resolve(answer.resume().statusCode)).end()
    })
    expect(status).toBe(200)
  })

  it('decides about the tenant, whatever a parameter says', async () => {
    const api = await start({ auth: { keys } })
    for (const name of ['tenant_id', 'workspace_id']) {
      expect((await api.get(`${LIST}?${name}=acme`, bearer(texts.viewer))).status).toBe(200)
      const { status, body } = await api.get(`${LIST}?${name}=globex`, bearer(texts.viewer))
      expect([status, body.code]).toEqual([403, 'tenant_mismatch'])
    }
    const body = { name: 'x', role: 'viewer', tenant_id: 'globex' }
    expect((await api.send('POST', KEYS, bearer(texts.admin), body)).body.code).toBe('tenant_mismatch')
    const open = await start({})
    expect(idsOf(await open.get(`${LIST}?workspace_id=whatever`))).toEqual(['default-1'])
  })
})

describe('keys of the table', () => {
  it('are made, shown once, listed and revoked by an admin of their tenant', async () => {
    const api = await start({ auth: { keys } })
    const wanted = { name: 'ci', role: 'viewer', expires_at: new Date(nowMs + HOUR).toISOString() }
    const made = await api.send('POST', KEYS, bearer(texts.admin), wanted)
    expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store'])
    const { key, ...told } = made.body
    expect(key).toMatch(/^rl_[0-9A-Za-z]{39}$/)
    expect(told).toMatchObject({ name: 'ci', role: 'viewer', user_id: null, revoked_at: null, source: 'table' })
    expect(idsOf(await api.get(LIST, bearer(key)))).toEqual(['acme-1', 'acme-2', 'acme-3'])
    const list = await api.get(KEYS, bearer(texts.admin))
    expect(list.body.keys.map(({ name }: { name: string }) => name)).toEqual(['ci', 'admin', 'viewer', 'ann'])
    expect(JSON.stringify(list.body)).not.toContain(hashOfKey(key))
    const stored = await db.client.query({ query: 'SELECT * FROM api_keys', format: 'JSONEachRow' })
    expect(JSON.stringify(await stored.json())).not.toContain(key)

    const path = `${KEYS}/${told.id}`
    expect((await api.send('DELETE', path, bearer(texts.other))).body.code).toBe('key_not_found')
    expect((await api.send('DELETE', `${KEYS}/file.viewer`, bearer(texts.admin))).body.code).toBe('key_not_changeable')
    expect((await api.get(LIST, bearer(key))).status).toBe(200)
    expect((await api.send('DELETE', path, bearer(texts.admin))).status).toBe(204)
    expect((await api.send('DELETE', path, bearer(texts.admin))).status).toBe(204)
    const { status, body } = await api.get(LIST, bearer(key))
    expect([status, body.code]).toEqual([401, 'credential_revoked'])
  })

  it('end when they were to', async () => {
    const api = await start({ auth: { keys } })
    const wanted = { name: 'short', role: 'viewer', expires_at: new Date(nowMs + HOUR).toISOString() }
    const { key } = (await api.send('POST', KEYS, bearer(texts.admin), wanted)).body
    expect((await api.get(LIST, bearer(key))).status).toBe(200)
    nowMs += HOUR
    expect((await api.get(LIST, bearer(key))).body.code).toBe('credential_expired')
    const past = await api.send('POST', KEYS, bearer(texts.admin), wanted)
    expect(past.body.errors).toEqual([{ field: 'expires_at', message: 'must be in the future' }])
  })

  it('need a user exactly where their role is user', async () => {
    const api = await start({ auth: { keys } })
    for (const wrong of [
      { name: 'x', role: 'user' },
      { name: 'x', role: 'viewer', user_id: 'ann' },
      { name: 'x', role: 'user', user_id: '' },
      { name: '', role: 'viewer' },
      { name: 'x', role: 'root' },
    ]) {
      expect((await api.send('POST', KEYS, bearer(texts.admin), wrong)).body.code).toBe('invalid_body')
    }
    const made = await api.send('POST', KEYS, bearer(texts.admin), { name: 'x', role: 'user', user_id: 'bob' })
    expect(idsOf(await api.get(LIST, bearer(made.body.key)))).toEqual(['acme-2'])
  })

  it('close a server that asked nobody, here at once and elsewhere within seconds, for good', async () => {
    await db.client.command({ query: 'TRUNCATE TABLE api_keys' })
    const [here, elsewhere] = [
      await start({ auth: { required: 'auto', refreshSeconds: 1 } }),
      await start({ auth: { required: 'auto', refreshSeconds: 1 } }),
    ]
    expect(idsOf(await here.get(LIST))).toEqual(['default-1'])
    expect(idsOf(await elsewhere.get(LIST, bearer('anything')))).toEqual(['default-1'])
    const made = await here.send('POST', KEYS, {}, { name: 'first', role: 'admin' })
    expect((await here.get(LIST)).status).toBe(401)
    await eventually(async () => expect((await elsewhere.get(LIST)).status).toBe(401))
    expect(idsOf(await elsewhere.get(LIST, bearer(made.body.key)))).toEqual(['default-1'])
    await here.send('DELETE', `${KEYS}/${made.body.id}`, bearer(made.body.key))
    const later = await start({ auth: { required: 'auto' } })
    for (const api of [here, later]) expect((await api.get(LIST)).status).toBe(401)
  })
})

describe('without ClickHouse', () => {
  const clickhouseUrl = 'http://u:p@127.0.0.1:1/runlens'

  it('nobody is let in while it is not known whether there are keys', async () => {
    const api = await start({ auth: { required: 'auto' } }, { clickhouseUrl })
    const { status, headers, body } = await api.get(LIST)
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'keys_unavailable', '2'])
    expect((await api.get('/healthz')).status).toBe(200)
  })

  it('keys of the file work, and keys that only the table could know are told to wait', async () => {
    const api = await start({ auth: { keys } }, { clickhouseUrl })
    expect((await api.get(SESSION, bearer(texts.viewer))).body).toMatchObject({ tenant: 'acme', role: 'viewer' })
    expect((await api.get(SESSION, bearer(newKeyText()))).body.code).toBe('keys_unavailable')
    expect((await api.get(SESSION, bearer('rl_nothing'))).body.code).toBe('credential_invalid')
  })
})

describe('a session', () => {
  const cookieOf = (headers: Headers) => (headers.get('set-cookie') ?? '').split(';')[0] ?? ''

  it('is opened with a key, is a cookie that scripts and other sites do not get, and is closed', async () => {
    const api = await start({ auth: { keys, sessionHours: 2 } })
    expect((await api.send('POST', SESSION, {}, { key: newKeyText() })).status).toBe(401)
    const opened = await api.send('POST', SESSION, {}, { key: texts.ann })
    expect(opened.headers.get('set-cookie')).toMatch(
      /^runlens_session=[\w.-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=7200$/,
    )
    expect(opened.body).toEqual({
      authentication: 'session',
      tenant: 'acme',
      role: 'user',
      user_id: 'ann',
      expires_at: expect.any(String),
    })
    const cookie = cookieOf(opened.headers)
    expect(cookie).not.toContain(texts.ann)
    expect(idsOf(await api.get(LIST, { cookie: `a=b; ${cookie}` }))).toEqual(['acme-1'])
    expect((await api.get(SESSION, { cookie })).body).toMatchObject({ authentication: 'session', user_id: 'ann' })
    const closed = await api.send('DELETE', SESSION, { cookie, origin: api.url })
    expect(closed.headers.get('set-cookie')).toMatch(/^runlens_session=; .*Max-Age=0$/)
    nowMs += 2 * HOUR
    expect((await api.get(LIST, { cookie })).body.code).toBe('credential_expired')
  })

  it('goes over https only where the browser came by it', async () => {
    const api = await start({ auth: { keys } })
    const { headers } = await api.send('POST', SESSION, { 'x-forwarded-proto': 'https' }, { key: texts.ann })
    expect(headers.get('set-cookie')).toMatch(/; Secure$/)
  })

  it('changes nothing for a page from elsewhere, nor for one that does not say where it is from', async () => {
    const api = await start({ auth: { keys } })
    const cookie = cookieOf((await api.send('POST', SESSION, {}, { key: texts.admin })).headers)
    const wanted = { name: 'x', role: 'viewer' }
    for (const headers of [
      { cookie },
      { cookie, origin: 'https://evil.example' },
      { cookie, 'sec-fetch-site': 'same-site' },
    ]) {
      expect((await api.send('POST', KEYS, headers, wanted)).body.code).toBe('cross_site_request')
    }
    expect((await api.send('POST', KEYS, { cookie, origin: api.url }, wanted)).status).toBe(201)
  })

  it('ends with its key, and is not forged', async () => {
    const api = await start({ auth: { keys } })
    const made = await api.send('POST', KEYS, bearer(texts.admin), { name: 'browser', role: 'viewer' })
    const cookie = cookieOf((await api.send('POST', SESSION, {}, { key: made.body.key })).headers)
    expect((await api.get(LIST, { cookie })).status).toBe(200)
    expect((await api.get(LIST, { cookie: `${cookie.slice(0, -3)}AAA` })).body.code).toBe('credential_invalid')
    await api.send('DELETE', `${KEYS}/${made.body.id}`, bearer(texts.admin))
    expect((await api.get(LIST, { cookie })).body.code).toBe('credential_revoked')
    const elsewhere = await start({ auth: { keys } })
    expect((await elsewhere.get(LIST, { cookie })).body.code).toBe('credential_invalid')
  })

  it('is known to every process that shares the secret', async () => {
    const env = { SHARED: 's'.repeat(32) }
    const [one, two] = [
      await start({ auth: { keys, secret_env: 'SHARED' } }, { env }),
      await start({ auth: { keys, secret_env: 'SHARED' } }, { env }),
    ]
    const cookie = cookieOf((await one.send('POST', SESSION, {}, { key: texts.viewer })).headers)
    expect((await two.get(LIST, { cookie })).status).toBe(200)
  })

  it('is nothing where nobody is asked', async () => {
    const api = await start({})
    expect((await api.get(SESSION)).body).toMatchObject({ authentication: 'none', tenant: 'default', role: 'admin' })
    const { headers, body } = await api.send('POST', SESSION, {}, { key: texts.viewer })
    expect([body.authentication, headers.get('set-cookie')]).toEqual(['none', null])
  })
})

describe('limits', () => {
  it('are on the requests of each credential', async () => {
    const api = await start({ auth: { keys }, quota: { requestsPerMinuteMax: 3 } })
    const remaining: (string | null)[] = []
    for (let n = 0; n < 3; n++) {
      const { status, headers } = await api.get(SESSION, bearer(texts.viewer))
      expect([status, headers.get('ratelimit-limit')]).toEqual([200, '3'])
      remaining.push(headers.get('ratelimit-remaining'))
    }
    expect(remaining).toEqual(['2', '1', '0'])
    const { status, headers, body } = await api.get(SESSION, bearer(texts.viewer))
    expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'rate_limited', '20'])
    expect(headers.get('ratelimit-reset')).toBe('60')
    expect((await api.get(SESSION, bearer(texts.ann))).status).toBe(200)
    expect((await api.get('/metrics')).body).toContain('runlens_requests_limited_total 1')
    nowMs += 20_000
    expect((await api.get(SESSION, bearer(texts.viewer))).status).toBe(200)
  })

  it('are on how long a range and how many rows a question may ask for', async () => {
    const api = await start({ quota: { rangeDaysMax: 7, rowsPerAnswerMax: 50 } })
    for (const query of [
      'limit=51',
      'time_range=30d',
      'from=2026-11-01T00:00:00Z',
      'from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z',
    ]) {
      const { status, body } = await api.get(`${LIST}?${query}`)
      expect([query, status, body.errors?.[0]?.field]).toEqual([query, 400, query.split('=')[0]])
    }
    expect((await api.get(`${LIST}?limit=50&time_range=7d`)).status).toBe(200)
  })
})
