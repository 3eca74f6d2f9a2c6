/** What belongs to OTLP/gRPC alone: methods, compression, frames, streams. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import { deflateSync, gzipSync } from 'node:zlib'
import { TRACES } from '@runlens/otlp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../collector/outcome.ts'
import { frameMessage } from '../../collector/receivers/grpc/frame.ts'
import { ACCEPTED, type InProcess, startInProcess } from './in-process.ts'
import { someSpans, traceRequest } from './payload.ts'
import { GrpcSender, rawCall } from './senders.ts'
import { soon } from './soon.ts'

const REQUEST = traceRequest('protobuf', someSpans(2))

let target: InProcess
let sender: GrpcSender
let outcome: () => Promise<Outcome> = async () => ACCEPTED
const received: Buffer[] = []
beforeAll(async () => {
  target = await startInProcess({
    accept: (body) => {
      received.push(Buffer.from(body))
      return outcome()
    },
  })
  sender = new GrpcSender(target.grpc)
})
afterAll(async () => {
  sender.close()
  await target.stop(0)
})

describe('OTLP/gRPC', () => {
  it('answers full success with an empty message', async () => {
    expect(await sender.call(REQUEST)).toMatchObject({ code: 0, body: Buffer.alloc(0) })
    expect(received.at(-1)?.equals(REQUEST)).toBe(true)
  })

  it('tells a reason that is not ASCII', async () => {
    outcome = async () => ({ kind: 'refused', reason: 'malformed', message: 'spän 100% 🧨\n' })
    expect(await sender.call(REQUEST)).toMatchObject({ code: 3, message: 'spän 100% 🧨\n' })
    outcome = async () => ACCEPTED
  })

  it('takes deflate, and a plain message where a compression is only declared', async () => {
    const deflated = frameMessage(deflateSync(REQUEST), true)
    expect((await rawCall(target.grpc, { 'grpc-encoding': 'deflate' }, deflated)).trailers['grpc-status']).toBe('0')
    expect(
      (await rawCall(target.grpc, { 'grpc-encoding': 'gzip' }, frameMessage(REQUEST, false))).trailers['grpc-status'],
    ).toBe('0')
    expect(received.at(-1)?.equals(REQUEST)).toBe(true)
  })

  it.each([
    ['a compressed message without a name for it', {}, frameMessage(gzipSync(REQUEST), true), '3'],
    ['a message cut short', {}, frameMessage(REQUEST, false).subarray(0, 20), '3'],
    ['no message at all', {}, Buffer.alloc(0), '3'],
    ['two messages', {}, Buffer.concat([frameMessage(REQUEST, false), frameMessage(REQUEST, false)]), '3'],
    ['a length of 4 GiB', {}, Buffer.from('00ffffffff00', 'hex'), '8'],
  ])('refuses %s for good, never as INTERNAL', async (_, headers, body, status) => {
    const answer = await rawCall(target.grpc, headers, body)
    expect({ ...answer.headers, ...answer.trailers }['grpc-status']).toBe(status)
  })

  it('takes 200 calls at once from one connection, 100 of them as streams at a time', async () => {
    const most = { now: 0, ever: 0 }
    let goOn = () => {}
    const word = new Promise<void>((resolve) => (goOn = resolve))
    outcome = async () => {
      most.ever = Math.max(most.ever, ++most.now)
      await word
      await new Promise((resolve) => setTimeout(resolve, 20))
      most.now -= 1
      return ACCEPTED
    }
    const answers = Promise.all(Array.from({ length: 200 }, () => sender.call(REQUEST)))
    await soon(() => most.now).toBe(100)
    goOn()
    expect((await answers).filter(({ code }) => code === 0)).toHaveLength(200)
    expect(most.ever).toBe(100)
    outcome = async () => ACCEPTED
  })

  it('goes on serving a connection on which large calls were refused half-way', async () => {
    const large = Buffer.alloc(65 * 1024 * 1024)
    for (let i = 0; i < 3; i++) expect((await sender.call(large)).code).toBe(8)
    expect((await sender.call(REQUEST)).code).toBe(0)
    expect(target.admission.inFlight()).toEqual({ requests: 0, bytes: 0 })
  })

  it.each([
    [
      'calls are cancelled',
      (session: ClientHttp2Session, streams: ClientHttp2Stream[]) => {
        for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL)
        session.close()
      },
    ],
    ['the connection is cut', (session: ClientHttp2Session) => session.destroy()],
  ])('gives everything back when %s in the middle of their bodies', async (_, end) => {
    const session = connect(`http://${target.grpc}`)
    const streams = Array.from({ length: 50 }, () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': TRACES.grpcPath,
        'content-type': 'application/grpc',
      })
      stream.on('error', () => {})
      stream.write(frameMessage(Buffer.alloc(50_000), false).subarray(0, 20_000))
      return stream
    })
    await soon(() => target.admission.inFlight().requests).toBe(50)
    end(session, streams)
    await soon(() => target.admission.inFlight()).toEqual({ requests: 0, bytes: 0 })
  })

  it('counts the calls whose connection was lost', async () => {
    expect(await target.metrics()).toContain('runlens_otlp_requests_aborted_total{transport="grpc"} 50')
  })
})
