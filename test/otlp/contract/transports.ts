/** Clauses on what a request and its answer look like on the wire: paths, methods, media types, compression, connections. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { frameMessage } from '../../../collector/receivers/grpc/frame.ts'
import { readResponse, readStatus } from '../payload.ts'
import { GrpcSender, http, MEDIA_TYPE, rawCall, splitAddress, type Way } from '../senders.ts'
import { type Check, cover, expectRefused } from './cover.ts'
import type { SignalKit } from './signals.ts'

const IN_FLIGHT = 200

const headersOf = ({ encoding, gzip }: Way) => ({
  'content-type': MEDIA_TYPE[encoding],
  ...(gzip ? { 'content-encoding': 'gzip' } : {}),
})
const bodyOf = ({ gzip }: Way, body: Buffer) => (gzip ? gzipSync(body) : body)

function unimplemented(path: string, grpcPath: string): Check {
  return async ({ kit, way, collector }) => {
    const body = kit.fresh(way.encoding, 1)
    expectRefused(await way.send(collector, body, { to: { path, grpcPath } }), 12, 404)
  }
}
const service = (name: string) => `/opentelemetry.proto.collector.${name}/Export`

/** 200 requests written at once onto one connection; how many were answered with success. */
async function pipelined(address: string, way: Way, kit: SignalKit): Promise<number> {
  const [host, port] = splitAddress(address)
  const socket = connect({ host, port })
  const head = Object.entries(headersOf(way)).map(([name, value]) => `${name}: ${value}\r\n`)
  for (let i = 0; i < IN_FLIGHT; i++) {
    const body = bodyOf(way, kit.fresh(way.encoding, 1))
    const last = i === IN_FLIGHT - 1 ? 'connection: close\r\n' : ''
    socket.write(
      `POST ${kit.signal.path} HTTP/1.1\r\nhost: x\r\n${last}${head.join('')}content-length: ${body.length}\r\n\r\n`,
    )
    socket.write(body)
  }
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  await once(socket, 'close')
  return text.split('HTTP/1.1 200 OK').length - 1
}

async function multiplexed(address: string, way: Way, kit: SignalKit): Promise<number> {
  const sender = new GrpcSender(address, { gzip: way.gzip })
  const calls = Array.from({ length: IN_FLIGHT }, () => sender.call(kit.fresh('protobuf', 1), kit.signal.grpcPath))
  const answers = await Promise.all(calls)
  sender.close()
  return answers.filter(({ code }) => code === 0).length
}

export const TRANSPORTS = [
  cover('error-is-status', async ({ kit, way, collector }) => {
    if (way.transport === 'grpc') {
      const refused = [
        await way.send(collector, Buffer.from('x')),
        await way.send(collector, Buffer.alloc(0), { to: { path: '', grpcPath: '/nothing/Export' } }),
      ]
      expect(refused.map(({ status }) => status?.code)).toEqual([3, 12])
      return
    }
    const headers = headersOf(way)
    const calls = [
      [400, 3, { headers, body: bodyOf(way, Buffer.from('x')) }],
      [404, 12, { headers, path: '/nothing' }],
      [405, 12, { headers, method: 'GET' }],
      [413, 8, { headers: { ...headers, 'content-length': String(2 ** 40), expect: '100-continue' } }],
      [415, 12, { headers: { ...headers, 'content-encoding': 'br' } }],
      [417, 3, { headers: { ...headers, expect: 'miracles' } }],
    ] as const
    for (const [status, code, call] of calls) {
      const answer = await http(collector.http, { path: kit.signal.path, ...call })
      expect(answer.status).toBe(status)
      expect(answer.headers['content-type']).toBe(MEDIA_TYPE[way.encoding])
      expect(readStatus(way.encoding, answer.body)).toMatchObject({ code, retryAfterSeconds: undefined })
      expect(readStatus(way.encoding, answer.body).message).not.toBe('')
    }
  }),

  cover(
    'error-gzipped-when-asked',
    async ({ kit, way, collector }) => {
      const headers = { ...headersOf(way), 'accept-encoding': 'gzip' }
      for (const call of [
        { headers, path: '/nothing' },
        { headers, method: 'GET' },
      ]) {
        const answer = await http(collector.http, { path: kit.signal.path, ...call })
        expect(answer.headers['content-encoding']).toBe('gzip')
        expect(readStatus(way.encoding, gunzipSync(answer.raw)).message).not.toBe('')
      }
    },
    { grpc: 'gRPC tells a failure in its headers, which have no gzip' },
  ),

  cover('answer-gzipped-when-asked', async ({ kit, way, collector }) => {
    const request = () => bodyOf(way, kit.fresh(way.encoding, 2, 1))
    for (const asked of ['gzip', undefined]) {
      if (way.transport === 'grpc') {
        const answer = await rawCall(
          collector.grpc,
          {
            ':path': kit.signal.grpcPath,
            ...(way.gzip ? { 'grpc-encoding': 'gzip' } : {}),
            ...(asked ? { 'grpc-accept-encoding': asked } : {}),
          },
          frameMessage(request(), way.gzip),
        )
        expect(answer.headers['grpc-encoding']).toBe(asked)
        const message = answer.body.subarray(5)
        expect(readResponse('protobuf', asked ? gunzipSync(message) : message, kit.signal)?.rejected).toBe(1)
      } else {
        const headers = { ...headersOf(way), ...(asked ? { 'accept-encoding': asked } : {}) }
        const answer = await http(collector.http, { path: kit.signal.path, headers, body: request() })
        expect(answer.headers['content-encoding']).toBe(asked)
        expect(readResponse(way.encoding, asked ? gunzipSync(answer.raw) : answer.raw, kit.signal)?.rejected).toBe(1)
      }
    }
  }),

  cover('media-type-by-value', async ({ kit, way, collector }) => {
    const type = MEDIA_TYPE[way.encoding]
    const body = () => bodyOf(way, kit.fresh(way.encoding, 1))
    if (way.transport === 'grpc') {
      const compression = way.gzip ? { 'grpc-encoding': 'gzip' } : {}
      for (const sent of ['application/grpc', 'application/grpc+proto', 'Application/gRPC;charset=utf-8']) {
        const headers = { ...compression, ':path': kit.signal.grpcPath, 'content-type': sent }
        const answer = await rawCall(collector.grpc, headers, frameMessage(body(), way.gzip))
        expect(answer.trailers['grpc-status']).toBe('0')
      }
    } else {
      for (const sent of [type, type.toUpperCase(), `${type}; charset=utf-8`, `${type};charset="UTF-8"`]) {
        const answer = await http(collector.http, {
          path: kit.signal.path,
          headers: { ...headersOf(way), 'content-type': sent },
          body: body(),
        })
        expect(answer.status).toBe(200)
        expect(answer.headers['content-type']).toBe(type)
      }
    }
  }),

  cover('media-type-unknown', async ({ kit, way, collector }) => {
    for (const type of ['text/plain', 'application/xml', 'application/grpc-web']) {
      const headers = { ...headersOf(way), 'content-type': type }
      if (way.transport === 'grpc')
        expect(
          (await rawCall(collector.grpc, { ':path': kit.signal.grpcPath, ...headers }, Buffer.alloc(5))).headers[
            ':status'
          ],
        ).toBe(415)
      else
        expect(
          (await http(collector.http, { path: kit.signal.path, headers, body: bodyOf(way, Buffer.from('{}')) })).status,
        ).toBe(415)
    }
  }),

  cover(
    'compression-unknown',
    async ({ kit, way, collector }) => {
      if (way.transport === 'grpc') {
        const answer = await rawCall(
          collector.grpc,
          { ':path': kit.signal.grpcPath, 'grpc-encoding': 'snappy' },
          frameMessage(Buffer.alloc(9), true),
        )
        expect(answer.headers['grpc-status']).toBe('12')
      } else {
        for (const compression of ['br', 'zstd', 'gzip, gzip']) {
          const headers = { ...headersOf(way), 'content-encoding': compression }
          expect((await http(collector.http, { path: kit.signal.path, headers, body: '{}' })).status).toBe(415)
        }
      }
    },
    { plain: 'names no compression' },
  ),

  cover('other-methods-refused', async ({ kit, way, collector }) => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      if (way.transport === 'grpc') {
        expect(
          (await rawCall(collector.grpc, { ':path': kit.signal.grpcPath, ':method': method }, Buffer.alloc(0))).headers[
            ':status'
          ],
        ).toBe(405)
      } else {
        const answer = await http(collector.http, { path: kit.signal.path, method, headers: headersOf(way) })
        expect(answer.status).toBe(405)
        expect(answer.headers.allow).toBe('POST, HEAD')
        expect(readStatus(way.encoding, answer.body).message).toContain(method)
      }
    }
  }),

  cover('unknown-path', unimplemented('/v1/nothing', service('trace.v1.TraceService').replace('Export', 'Import'))),
  cover(
    'profiles-unimplemented',
    unimplemented('/v1development/profiles', service('profiles.v1development.ProfilesService')),
  ),

  cover('200-in-flight', async ({ kit, way, collector, metric }) => {
    const before = await metric(kit.acceptedMetric)
    const answered =
      way.transport === 'grpc' ? await multiplexed(collector.grpc, way, kit) : await pipelined(collector.http, way, kit)
    expect(answered).toBe(IN_FLIGHT)
    expect(await metric(kit.acceptedMetric)).toBe(before + IN_FLIGHT)
  }),
]
