/** What belongs to OTLP/HTTP alone, besides the contract: odd paths, HEAD, expectations, connections, own pages. */
import { Agent } from 'node:http'
import { deflateSync, gzipSync } from 'node:zlib'
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
  it('answers full success with an empty message', async () => {
    expect((await http(target.http, { headers: PROTOBUF_TYPE, body: PROTOBUF })).body).toEqual(Buffer.alloc(0))
    expect((await http(target.http, { headers: JSON_TYPE, body: '{}' })).body.toString()).toBe('{}')
  })

  it.each([
    ['GZip', gzipSync],
    ['deflate', deflateSync],
  ])('takes the compression %s', async (name, compress) => {
    const headers = { ...PROTOBUF_TYPE, 'content-encoding': name }
    expect((await http(target.http, { headers, body: compress(PROTOBUF) })).status).toBe(200)
    expect(received.at(-1)?.bytes).toBe(PROTOBUF.length)
  })

  it('answers 200 without a body to HEAD on the path of a signal', async () => {
    const answer = await http(target.http, { method: 'HEAD' })
    expect(answer.status).toBe(200)
    expect(answer.raw).toHaveLength(0)
  })

  it.each(['/', '//', '//v1/traces', '/%zz', '/v1/%zz', '/v1/traces/..', `/${'x'.repeat(8_000)}`])(
    'answers 404 to %s, in the encoding of the request',
    async (path) => {
      for (const [encoding, headers] of [
        ['json', JSON_TYPE],
        ['protobuf', PROTOBUF_TYPE],
      ] as const) {
        const answer = await http(target.http, { path, headers, body: PROTOBUF })
        expect(answer.status).toBe(404)
        expect(answer.headers['content-type']).toBe(headers['content-type'])
        expect(readStatus(encoding, answer.body)).toMatchObject({ code: 12, retryAfterSeconds: undefined })
      }
    },
  )

  it('takes every signal below the path of Langfuse as well, and nothing else', async () => {
    const path = '/api/public/otel/v1/traces'
    expect((await http(target.http, { path, headers: PROTOBUF_TYPE, body: PROTOBUF })).status).toBe(200)
    const empty = (signal: string) =>
      http(target.http, { path: `/api/public/otel/v1/${signal}`, headers: JSON_TYPE, body: '{}' })
    expect((await empty('logs')).status).toBe(200)
    expect((await empty('metrics')).status).toBe(200)
    expect((await empty('profiles')).status).toBe(404)
  })

  it('gzips the few bytes of full success too, unless the sender takes no gzip', async () => {
    const headers = { ...JSON_TYPE, 'accept-encoding': 'gzip' }
    const answer = await http(target.http, { headers, body: '{}' })
    expect(answer.headers['content-encoding']).toBe('gzip')
    expect(answer.body.toString()).toBe('{}')
    const plain = await http(target.http, { headers: { ...JSON_TYPE, 'accept-encoding': 'gzip;q=0' }, body: '{}' })
    expect(plain.headers['content-encoding']).toBeUndefined()
  })

  it('invites the body of a sender that waits for it', async () => {
    const answer = await http(target.http, { headers: { ...PROTOBUF_TYPE, expect: '100-continue' }, body: PROTOBUF })
    expect(answer.status).toBe(200)
    expect(received.at(-1)?.bytes).toBe(PROTOBUF.length)
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
