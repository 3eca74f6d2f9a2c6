/** Tokens of an issuer as a client brings them. Whom they stand for needs no ClickHouse. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hashOfKey, newKeyText } from '@runlens/access'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type StartApiOptions, startApi, type TestApi } from '../../test/kit/api.ts'

const SESSION = '/api/v1/session'
const nowMs = Date.parse('2026-11-20T12:00:00Z')
const keys = [{ name: 'viewer', role: 'viewer', sha256: hashOfKey(newKeyText()) }]
const apis: TestApi[] = []

afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.stop()))
})

async function start(settings: StartApiOptions['settings'], more: Partial<StartApiOptions> = {}): Promise<TestApi> {
  const api = await startApi({ clickhouseUrl: 'http://u:p@127.0.0.1:1/runlens', now: () => nowMs, settings, ...more })
  apis.push(api)
  return api
}

const bearer = (text: string) => ({ authorization: `Bearer ${text}` })

describe('a token of an issuer', () => {
  const claims = { tenant: 'acme', role: 'user', sub: 'ann' }
  const issued = { iss: 'https://id.example', aud: 'runlens' }
  let issuer: Server
  let jwksUrl: string
  let fetches = 0
  let pair: Awaited<ReturnType<typeof generateKeyPair>>

  beforeAll(async () => {
    pair = await generateKeyPair('ES256')
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' }
    issuer = createServer((_request, response) => {
      fetches += 1
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }))
    })
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
    jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`
  })
  afterAll(() => void issuer?.close())

  const sign = (payload: JWTPayload, header: { alg: string; kid?: string }, key: Parameters<SignJWT['sign']>[0]) =>
    new SignJWT(payload).setProtectedHeader(header).sign(key)
  const exp = () => Math.floor(nowMs / 1000) + 60
  const signed = (payload: JWTPayload) => sign(payload, { alg: 'ES256', kid: 'k1' }, pair.privateKey)
  const jwt = () => ({ jwksUrl, issuer: issued.iss, audience: issued.aud, algorithms: ['ES256'], leewaySeconds: 0 })

  it('is a caller with the claims that say so', async () => {
    const api = await start({ auth: { jwt: jwt() } })
    const text = await signed({ ...issued, ...claims, exp: exp() })
    expect((await api.get(SESSION, bearer(text))).body).toMatchObject({
      authentication: 'token',
      tenant: 'acme',
      role: 'user',
      user_id: 'ann',
    })
    await api.get(SESSION, bearer(text))
    expect(fetches).toBe(1)
    expect((await api.get(SESSION)).status).toBe(401)
  })

  it('is refused by what is wrong with it', async () => {
    const api = await start({ auth: { jwt: jwt() } })
    const whole = { ...issued, ...claims, exp: exp() }
    const stranger = await generateKeyPair('ES256')
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(whole)).toString('base64url')}.x`
    const publicAsSecret = new TextEncoder().encode(JSON.stringify(await exportJWK(pair.publicKey)))
    const { tenant: _tenant, ...homeless } = whole
    const { exp: _exp, ...endless } = whole
    for (const [text, code, words] of [
      [await signed({ ...whole, iss: 'https://evil.example' }), 'credential_invalid', /claim iss/],
      [await signed({ ...whole, aud: 'other' }), 'credential_invalid', /claim aud/],
      [await signed({ ...whole, exp: exp() - 61 }), 'credential_expired', /ended/],
      [await signed({ ...whole, nbf: exp() }), 'credential_invalid', /claim nbf/],
      [await signed(endless), 'credential_invalid', /claim exp/],
      [await signed(homeless), 'credential_invalid', /claim tenant/],
      [await signed({ ...whole, role: 'owner' }), 'credential_invalid', /claim role must be one of/],
      [await signed({ ...whole, sub: '' }), 'credential_invalid', /claim sub/],
      [await sign(whole, { alg: 'ES256', kid: 'k1' }, stranger.privateKey), 'credential_invalid', /not signed by/],
      [await sign(whole, { alg: 'HS256', kid: 'k1' }, publicAsSecret), 'credential_invalid', /not signed by/],
      [none, 'credential_invalid', /./],
    ] as const) {
      const { status, body } = await api.get(SESSION, bearer(text))
      expect([status, body.code, body.detail]).toEqual([401, code, expect.stringMatching(words)])
    }
  })

  it('may be signed with a shared key, and have claims of other names', async () => {
    const secret = 'k'.repeat(40)
    const shared = { secret_env: 'JWT_KEY', issuer: issued.iss, audience: issued.aud, algorithms: ['HS256'] }
    const renamed = { ...shared, tenantClaim: 'https://runlens/tenant', roleClaim: 'r', subjectClaim: 'email' }
    const api = await start({ auth: { jwt: renamed } }, { env: { JWT_KEY: secret } })
    const payload = { ...issued, 'https://runlens/tenant': 'acme', r: 'viewer', email: 'ann', exp: exp() }
    const text = await sign(payload, { alg: 'HS256' }, new TextEncoder().encode(secret))
    expect((await api.get(SESSION, bearer(text))).body).toMatchObject({
      tenant: 'acme',
      role: 'viewer',
      user_id: 'ann',
    })
    const other = await sign(payload, { alg: 'HS256' }, new TextEncoder().encode('x'.repeat(40)))
    expect((await api.get(SESSION, bearer(other))).body.code).toBe('credential_invalid')
  })

  it('can not be judged while the issuer does not answer', async () => {
    const api = await start({ auth: { jwt: { ...jwt(), jwksUrl: 'http://127.0.0.1:1/keys' } } })
    const { status, body } = await api.get(SESSION, bearer(await signed({ ...issued, ...claims, exp: exp() })))
    expect([status, body.code]).toEqual([503, 'keys_unavailable'])
  })

  it('is not taken where none is configured', async () => {
    const api = await start({ auth: { keys } })
    const text = await signed({ ...issued, ...claims, exp: exp() })
    expect((await api.get(SESSION, bearer(text))).body.detail).toContain('auth.jwt')
  })
})
