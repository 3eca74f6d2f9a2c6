/** Connections that are of no use any more are given up; those that are only quiet are not. */
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { type InProcess, startInProcess } from '../../../test/otlp/in-process.ts'
import { soon } from '../../../test/otlp/soon.ts'

const GREETING = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'
/** A frame of HEADERS that is longer than any may be. */
const BROKEN_FRAME = '\xff\xff\xff\x01\x05\0\0\0\x01'
const PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
/** A call that is never finished: POST, http, its path, an authority and a content type (RFC 7541), then half of its message. */
const BEGUN_CALL =
  framed(1, 4, 1, [
    ...[0x83, 0x86, 0x04, PATH.length, ...Buffer.from(PATH)],
    ...[0x01, 1, 0x78, 0x5f, 16, ...Buffer.from('application/grpc')],
  ]) + framed(0, 0, 1, [0, 0, 0, 0, 9, 1, 2, 3])
const ALIVE_MS = 100

let target: InProcess | undefined
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await target?.stop()
  target = undefined
})

function framed(type: number, flags: number, stream: number, payload: number[]): string {
  return Buffer.from([0, payload.length >> 8, payload.length & 255, type, flags, 0, 0, 0, stream, ...payload]).toString(
    'latin1',
  )
}

function visit(address: string, words: string): Socket {
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  socket.resume()
  socket.write(words, 'latin1')
  return socket
}

async function failures(): Promise<number> {
  const text = await target!.metrics()
  return Number(
    /^runlens_otlp_connections\w*\{[^}]*transport="grpc"[^}]*why="failed"[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0,
  )
}

it.each([
  ['after a frame that breaks the protocol', GREETING + BROKEN_FRAME],
  ['after such a frame behind half a call', GREETING + BEGUN_CALL + BROKEN_FRAME],
  ['that never told its settings', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
])('gives up a connection %s, whether or not its sender is still there', async (_, words) => {
  target = await startInProcess({ sessionTimes: { prefaceMs: ALIVE_MS, quietMs: ALIVE_MS, answerMs: ALIVE_MS } })
  const stays = visit(target.grpc, words)
  const leaves = visit(target.grpc, words)
  await sleep(ALIVE_MS / 4)
  leaves.resetAndDestroy()
  await soon(() => stays.destroyed).toBe(true)
  await soon(failures).toBeGreaterThanOrEqual(1)
})

it('gives the permit of a call back with its connection', async () => {
  target = await startInProcess({ sessionTimes: { quietMs: ALIVE_MS, answerMs: ALIVE_MS } })
  const { admission, grpc } = target
  const socket = visit(grpc, GREETING + BEGUN_CALL)
  await soon(() => admission.inFlight().requests).toBe(1)
  socket.write(BROKEN_FRAME, 'latin1')
  await soon(() => admission.inFlight()).toEqual({ requests: 0, bytes: 0 })
})

it('keeps a connection that answers, for calls to come', async () => {
  target = await startInProcess({ sessionTimes: { quietMs: ALIVE_MS, answerMs: 20 * ALIVE_MS } })
  const session = connectHttp2(`http://${target.grpc}`)
  let pings = 0
  session.on('ping', () => pings++)
  try {
    await soon(() => pings).toBeGreaterThanOrEqual(3)
    const call = session.request({ ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc' })
    call.end(Buffer.alloc(5))
    call.resume()
    const [trailers] = await new Promise<[Record<string, unknown>]>((resolve) =>
      call.on('trailers', (...args) => resolve(args as never)),
    )
    expect(trailers['grpc-status']).toBe('0')
    expect(session.closed).toBe(false)
    expect(await failures()).toBe(0)
  } finally {
    session.destroy()
  }
})

it('closes a connection without calls in order, so that its sender connects again', async () => {
  target = await startInProcess({ sessionTimes: { quietMs: ALIVE_MS, idleMs: 3 * ALIVE_MS } })
  const session = connectHttp2(`http://${target.grpc}`)
  const codes: number[] = []
  session.on('goaway', (code) => codes.push(code))
  await soon(() => session.destroyed).toBe(true)
  expect(new Set(codes)).toEqual(new Set([0]))
  expect(await failures()).toBe(0)
})
