/** What belongs to OTLP/HTTP alone: media types, methods, paths, compression of answers, connections. */
import { Agent } from 'node:http'
import { gzipSync } from 'node:zlib'
import { TRACES } from '@runlens/otlp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type InProcess, startInProcess } from './in-process.ts'
import { readStatus, someSpans, traceRequest } from './payload.ts'
import { http } from './senders.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' }
const PROTOBUF = traceRequest('protobuf', someSpans(2))

let target: InProcess
const received: { bytes: number; encoding: string }[] = []
beforeAll(async () => {
  target = await startInProcess({
    accept: async (body, encoding) => {
      received.push({ bytes: body.length, encoding })
      return { kind: 'accepted', accepted: 2, rejected: 0, message: '' }
    },
  })
})
afterAll(() => target.stop(0))

describe('OTLP/HTTP', () => {
  it.each([
    ['application/json; charset=utf-8', 'json', 'application/json'],
    ['APPLICATION/JSON', 'json', 'application/json'],
    ['Application/X-Protobuf', 'protobuf', 'application/x-protobuf'],
    ['application/x-protobuf;charset=utf-8', 'protobuf', 'application/x-protobuf'],
  ])('reads %s by value and answers in kind', async (sent, encoding, answered) => {
    const body = encoding === 'json' ? '{"resourceSpans":[]}' : PROTOBUF
    const answer = await http(target.http, { headers: { 'content-type': sent }, body })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe(answered)
    expect(received.at(-1)).toEqual({ bytes: body.length, encoding })
  })

  it('answers full success with an empty message', async () => {
    expect((await http(target.http, { headers: PROTOBUF_TYPE, body: PROTOBUF })).body).toEqual(Buffer.alloc(0))
    expect((await http(target.http, { headers: JSON_TYPE, body: '{}' })).body.toString()).toBe('{}')
  })

  it.each([
    ['text/plain', undefined],
    ['application/xml', undefined],
    [undefined, undefined],
    ['application/json', 'zstd'],
    ['application/x-protobuf', 'br'],
  ])('answers 415 to the media type %s with the compression %s', async (type, compression) => {
    const headers = { ...(type && { 'content-type': type }), ...(compression && { 'content-encoding': compression }) }
    const answer = await http(target.http, { headers, body: '{}' })
    expect(answer.status).toBe(415)
    const encoding = type === 'application/x-protobuf' ? 'protobuf' : 'json'
    expect(readStatus(encoding, answer.body).message).not.toBe('')
  })

  it('takes deflate, and gzip named in any case', async () => {
    const headers = { ...PROTOBUF_TYPE, 'content-encoding': 'GZip' }
    expect((await http(target.http, { headers, body: gzipSync(PROTOBUF) })).status).toBe(200)
    expect(received.at(-1)?.bytes).toBe(PROTOBUF.length)
  })

  it('answers 400 to a body that is not the gzip it claims to be', async () => {
    const answer = await http(target.http, {
      headers: { ...PROTOBUF_TYPE, 'content-encoding': 'gzip' },
      body: PROTOBUF,
    })
    expect(answer.status).toBe(400)
    expect(readStatus('protobuf', answer.body).code).toBe(3)
  })

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'answers 405 to %s and says what is allowed',
    async (method) => {
      for (const [encoding, headers] of [
        ['json', JSON_TYPE],
        ['protobuf', PROTOBUF_TYPE],
      ] as const) {
        const answer = await http(target.http, { method, headers })
        expect(answer.status).toBe(405)
        expect(answer.headers.allow).toBe('POST, HEAD')
        expect(readStatus(encoding, answer.body).message).toContain(method)
      }
    },
  )

  it('answers 200 without a body to HEAD on the path of a signal', async () => {
    const answer = await http(target.http, { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(answer.raw).toHaveLength(0)
  })

  it.each([
    '/',
    '/v1/logs',
    '/v1/metrics',
    '/v1development/profiles',
    '//',
    '//v1/traces',
    '/%zz',
    '/v1/%zz',
    '/v1/traces/..',
    `/${'x'.repeat(8_000)}`,
  ])('answers 404 to %s, in the encoding of the request', async (path) => {
    for (const [encoding, headers] of [
      ['json', JSON_TYPE],
      ['protobuf', PROTOBUF_TYPE],
    ] as const) {
      const answer = await http(target.http, { path, headers, body: PROTOBUF })
      expect(answer.status).toBe(404)
      expect(answer.headers['content-type']).toBe(headers['content-type'])
      expect(readStatus(encoding, answer.body)).toMatchObject({ code: 12, retryAfterSeconds: undefined })
    }
  })

  it('takes traces below the path of Langfuse as well', async () => {
    const path = '/api/public/otel/v1/traces'
    expect((await http(target.http, { path, headers: PROTOBUF_TYPE, body: PROTOBUF })).status).toBe(200)
    expect((await http(target.http, { path: '/api/public/otel/v1/logs', headers: JSON_TYPE })).status).toBe(404)
  })

  it('gzips any answer when asked, and only then', async () => {
    const asked = { ...JSON_TYPE, 'accept-encoding': 'gzip' }
    for (const call of [
      { headers: asked, body: '{}' },
      { headers: asked, path: '/nothing' },
    ]) {
      const answer = await http(target.http, call)
      expect(answer.headers['content-encoding']).toBe('gzip')
      expect(answer.raw.subarray(0, 2).toString('hex')).toBe('1f8b')
      expect(() => JSON.parse(answer.body.toString())).not.toThrow()
    }
    const plain = await http(target.http, { headers: { ...JSON_TYPE, 'accept-encoding': 'gzip;q=0' }, body: '{}' })
    expect(plain.headers['content-encoding']).toBeUndefined()
  })

  it('invites the body of a sender that waits for it', async () => {
    const answer = await http(target.http, { headers: { ...PROTOBUF_TYPE, expect: '100-continue' }, body: PROTOBUF })
    expect(answer.status).toBe(200)
    expect(received.at(-1)?.bytes).toBe(PROTOBUF.length)
  })

  it('answers 417 to any other expectation', async () => {
    const answer = await http(target.http, { headers: { ...JSON_TYPE, expect: 'miracles' } })
    expect(answer.status).toBe(417)
    expect(readStatus('json', answer.body).message).toContain('miracles')
  })

  it('keeps a connection for the next request, also after a refusal with a body', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    let connections = 0
    agent.on('free', () => {})
    for (const path of [TRACES.path, '/nothing', TRACES.path, '/v1/logs', TRACES.path]) {
      const answer = await http(target.http, { path, headers: PROTOBUF_TYPE, body: Buffer.alloc(100_000), agent })
      expect(answer.headers.connection).toBe('keep-alive')
      connections = Object.values(agent.freeSockets).flat().length + Object.values(agent.sockets).flat().length
    }
    expect(connections).toBeLessThanOrEqual(1)
    agent.destroy()
  })
})

describe('the pages of the collector itself', () => {
  it.each(['/healthz', '/readyz'])('%s says that it is well', async (path) => {
    const answer = await http(target.http, { method: 'GET', path })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body.toString())).toEqual({ status: 'ok' })
  })

  it('/metrics speaks Prometheus, whatever media type is sent', async () => {
    const answer = await http(target.http, { method: 'GET', path: '/metrics', headers: { 'content-type': 'text/odd' } })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toContain('text/plain')
    expect(answer.body.toString()).toContain('# TYPE runlens_otlp_requests_total counter')
  })

  it('take no POST', async () => {
    const answer = await http(target.http, { path: '/metrics' })
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
  })
})
