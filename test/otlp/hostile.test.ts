/** Senders that are broken, slow or hostile: each is turned away, and the next good one is served. */
import { once } from 'node:events'
import { type ClientHttp2Stream, connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { TRACES } from '@runlens/otlp'
import { afterEach, describe, expect, it } from 'vitest'
import { frameMessage } from '../../collector/receivers/grpc/frame.ts'
import { ACCEPTED, type InProcess, type InProcessOptions, startInProcess } from './in-process.ts'
import { readStatus } from './payload.ts'
import { GrpcSender, http, splitAddress } from './senders.ts'
import { soon } from './soon.ts'

const NOTHING = { requests: 0, bytes: 0 }
const JSON_HEADERS = 'content-type: application/json\r\n'

let running: InProcess | undefined
const start = async (options?: InProcessOptions) => {
  running = await startInProcess(options)
  return running
}
afterEach(async () => {
  await running?.stop(0)
})

/** A TCP connection that sends `text` and collects what comes. */
class RawConnection {
  text = ''
  closed = false
  readonly socket: Socket
  constructor(address: string, text: string) {
    const [host, port] = splitAddress(address)
    this.socket = connect({ host, port })
    this.socket.on('data', (chunk) => (this.text += chunk.toString('latin1')))
    this.socket.on('error', () => {})
    this.socket.on('close', () => (this.closed = true))
    this.socket.write(text)
  }
  async end(): Promise<string> {
    if (!this.closed) await once(this.socket, 'close')
    return this.text
  }
}

const head = (rest: string, path = TRACES.path) => `POST ${path} HTTP/1.1\r\nhost: x\r\n${rest}\r\n`

/** The test's last word: whoever was turned away, a good sender is served and nothing is held. */
async function expectWell(target: InProcess): Promise<void> {
  expect((await http(target.http, { headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(200)
  const sender = new GrpcSender(target.grpc)
  expect((await sender.call(Buffer.alloc(0))).code).toBe(0)
  sender.close()
  await soon(() => target.admission.inFlight()).toEqual(NOTHING)
}

describe('over HTTP', () => {
  it('headers over 16 KiB are answered 431 with a status', async () => {
    const target = await start()
    const connection = new RawConnection(target.http, head(`${JSON_HEADERS}x-long: ${'x'.repeat(17_000)}\r\n`))
    const text = await connection.end()
    expect(text).toMatch(/^HTTP\/1\.1 431 /)
    expect(readStatus('json', Buffer.from(text.split('\r\n\r\n')[1]!)).message).not.toBe('')
    await expectWell(target)
  })

  it.each([
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01'],
    ['another protocol', 'HELO collector\r\n\r\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['nothing but line ends', '\r\n'.repeat(50_000)],
  ])('%s ends the connection, with 400 at most', async (_, bytes) => {
    const target = await start()
    const connection = new RawConnection(target.http, bytes)
    connection.socket.end()
    expect(await connection.end()).toMatch(/^$|^HTTP\/1\.1 400 /)
    await expectWell(target)
  })

  it('headers that never end are given up, without an answer that would cost a sender its data', async () => {
    const target = await start({ headersMs: 300 })
    const connection = new RawConnection(target.http, `POST ${TRACES.path} HTTP/1.1\r\nx-slow: 1\r\n`)
    expect(await connection.end()).toBe('')
    await expectWell(target)
  })

  it('a body that stops coming is answered 503 and the connection ends', async () => {
    const target = await start({ bodyTimes: { idleMs: 200, totalMs: 60_000 } })
    const connection = new RawConnection(target.http, head(`${JSON_HEADERS}content-length: 1000\r\n`))
    connection.socket.write('{"resource')
    await soon(() => connection.text).toMatch(/^HTTP\/1\.1 503 /)
    expect(connection.text.toLowerCase()).toContain('retry-after: 3\r\n')
    await soon(() => target.admission.inFlight()).toEqual(NOTHING)
    connection.socket.destroy()
    await expectWell(target)
  })

  it('a body that trickles for ever is given up after its total time', async () => {
    const target = await start({ bodyTimes: { idleMs: 60_000, totalMs: 500 } })
    const connection = new RawConnection(target.http, head(`${JSON_HEADERS}content-length: 1000000\r\n`))
    const trickle = setInterval(() => connection.socket.write('x'), 20)
    await soon(() => connection.text).toMatch(/^HTTP\/1\.1 503 /)
    clearInterval(trickle)
    connection.socket.destroy()
    await expectWell(target)
  })

  it('bodies that are cut in the middle give everything back and are counted', async () => {
    const target = await start()
    const connections = Array.from({ length: 100 }, () => {
      const connection = new RawConnection(target.http, head(`${JSON_HEADERS}content-length: 100000\r\n`))
      connection.socket.write('x'.repeat(10_000))
      return connection
    })
    await soon(() => target.admission.inFlight().requests).toBe(100)
    for (const connection of connections) connection.socket.resetAndDestroy()
    await soon(() => target.admission.inFlight()).toEqual(NOTHING)
    expect(await target.metrics()).toContain('runlens_otlp_requests_aborted_total{transport="http"} 100')
    await expectWell(target)
  })

  it('a sender that hangs up while its request is worked on holds its permit until the work is done', async () => {
    let finish = () => {}
    const target = await start({ accept: () => new Promise((resolve) => (finish = () => resolve(ACCEPTED))) })
    const connection = new RawConnection(target.http, head(`${JSON_HEADERS}content-length: 2\r\n`))
    connection.socket.write('{}')
    await soon(() => target.admission.inFlight().requests).toBe(1)
    connection.socket.resetAndDestroy()
    await once(connection.socket, 'close')
    expect(target.admission.inFlight().requests).toBe(1)
    finish()
    await soon(() => target.admission.inFlight()).toEqual(NOTHING)
  })

  it('a length beyond the limit is answered 413 before anything of the body comes', async () => {
    const target = await start()
    const connection = new RawConnection(target.http, head(`${JSON_HEADERS}content-length: 99999999999\r\n`))
    await soon(() => connection.text).toMatch(/^HTTP\/1\.1 413 /)
    expect(connection.text.toLowerCase()).toContain('connection: close\r\n')
    connection.socket.destroy()
    await expectWell(target)
  })

  it('a sender that waits for 100-continue is refused without being invited', async () => {
    const target = await start()
    const headers = `${JSON_HEADERS}expect: 100-continue\r\ncontent-length: 99999999999\r\n`
    const connection = new RawConnection(target.http, head(headers))
    await soon(() => connection.text).toMatch(/^HTTP\/1\.1 413 /)
    connection.socket.destroy()
  })

  it('a chunked body that never ends is answered 413 at the limit', async () => {
    const target = await start({ bodyBytesMax: 100_000 })
    const connection = new RawConnection(target.http, head(`${JSON_HEADERS}transfer-encoding: chunked\r\n`))
    const chunk = `2710\r\n${'x'.repeat(10_000)}\r\n`
    for (let i = 0; i < 15; i++) connection.socket.write(chunk)
    await soon(() => connection.text).toMatch(/^HTTP\/1\.1 413 /)
    // How much will come is unknown: no other request should follow on this connection.
    expect(connection.text.toLowerCase()).toContain('connection: close\r\n')
    connection.socket.write('0\r\n\r\n')
    await connection.end()
    await expectWell(target)
  })

  it('a body one byte too large is read to its end, and the next request on its connection is answered', async () => {
    const target = await start()
    const bytes = 64 * 1024 * 1024 + 1
    const connection = new RawConnection(target.http, head(`${JSON_HEADERS}content-length: ${bytes}\r\n`))
    connection.socket.write(Buffer.alloc(bytes, ' '))
    connection.socket.write(`${head(`${JSON_HEADERS}content-length: 2\r\n`)}{}`)
    await soon(() => connection.text).toMatch(/^HTTP\/1\.1 413 [\s\S]*HTTP\/1\.1 200 /)
    connection.socket.destroy()
  })

  it('a request is not read twice: Content-Length beside Transfer-Encoding is refused', async () => {
    const target = await start()
    const smuggling = head(`${JSON_HEADERS}content-length: 2\r\ntransfer-encoding: chunked\r\n`)
    expect(await new RawConnection(target.http, `${smuggling}0\r\n\r\n`).end()).toMatch(/^HTTP\/1\.1 400 /)
    await expectWell(target)
  })

  it('200 requests in flight on one connection are answered, each in its turn', async () => {
    const target = await start({
      accept: async (body) => {
        const number = Number(body.toString().slice(1))
        await new Promise((resolve) => setTimeout(resolve, number % 7))
        return { kind: 'accepted', accepted: 0, rejected: number, message: 'n' }
      },
    })
    const requests = Array.from({ length: 200 }, (_, i) => `x${i + 1}`)
    const connection = new RawConnection(
      target.http,
      requests.map((body) => head(`${JSON_HEADERS}content-length: ${body.length}\r\n`) + body).join(''),
    )
    const answered = () => [...connection.text.matchAll(/"rejectedSpans":"(\d+)"/g)].map((match) => Number(match[1]))
    await soon(() => answered().length).toBe(200)
    expect(answered()).toEqual(requests.map((_, i) => i + 1))
    connection.socket.destroy()
    await expectWell(target)
  })
})

describe('over gRPC', () => {
  it('bytes that are no HTTP/2 end the connection', async () => {
    const target = await start()
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', 'x'.repeat(1_000), '\x16\x03\x01']) {
      const connection = new RawConnection(target.grpc, bytes)
      connection.socket.end()
      await connection.end()
    }
    await expectWell(target)
  })

  it('headers over 16 KiB end the call, and only the call', async () => {
    const target = await start()
    const session = connectHttp2(`http://${target.grpc}`)
    session.on('error', () => {})
    const headers = { ':method': 'POST', ':path': TRACES.grpcPath, 'content-type': 'application/grpc' }
    const large = session.request({ ...headers, 'x-long': 'x'.repeat(17_000) })
    const [answer] = await Promise.race([once(large, 'response'), once(large, 'close')])
    expect(answer?.['grpc-status'] ?? '8').toBe('8')
    expect(session.destroyed).toBe(false)
    const small = session.request(headers)
    small.end(frameMessage(Buffer.alloc(0), false))
    expect((await once(small, 'response'))[0][':status']).toBe(200)
    session.destroy()
    await expectWell(target)
  })

  it('a call whose message stops coming is told to come back', async () => {
    const target = await start({ bodyTimes: { idleMs: 200, totalMs: 60_000 } })
    const session = connectHttp2(`http://${target.grpc}`)
    const call = openCall(session)
    call.write(frameMessage(Buffer.alloc(1_000), false).subarray(0, 100))
    const [headers] = await once(call, 'response')
    expect(headers['grpc-status']).toBe('14')
    session.destroy()
    await expectWell(target)
  })

  it('thousands of streams that are opened and reset leave nothing behind', async () => {
    const target = await start()
    for (let round = 0; round < 20; round++) {
      const session = connectHttp2(`http://${target.grpc}`)
      session.on('error', () => {})
      await once(session, 'connect')
      for (let i = 0; i < 200 && !session.destroyed; i++) {
        const call = openCall(session)
        call.write(frameMessage(Buffer.alloc(1_000), false).subarray(0, 100))
        call.close(8)
        if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      session.destroy()
    }
    await expectWell(target)
  })

  it('more than 100 streams at once on one connection are not taken', async () => {
    const target = await start()
    const session = connectHttp2(`http://${target.grpc}`)
    session.on('error', () => {})
    await once(session, 'remoteSettings')
    expect(session.remoteSettings.maxConcurrentStreams).toBe(100)
    const calls = Array.from({ length: 150 }, () => {
      const call = openCall(session)
      call.write(frameMessage(Buffer.alloc(1_000), false).subarray(0, 100))
      return call
    })
    await soon(() => target.admission.inFlight().requests).toBe(100)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(target.admission.inFlight().requests).toBe(100)
    expect(calls.filter((call) => call.closed)).toEqual([])
    session.destroy()
    await expectWell(target)
  })
})

describe('a bomb', () => {
  it('of 200 MiB in 200 KB of gzip is refused at the limit on either transport, many at a time', async () => {
    const target = await start({ bodyBytesMax: 4 * 1024 * 1024, limits: { inFlightBytesMax: 16 * 1024 * 1024 } })
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' }
    const session = connectHttp2(`http://${target.grpc}`)
    const overGrpc = async () => {
      const call = openCall(session, { 'grpc-encoding': 'gzip' })
      call.end(frameMessage(bomb, true))
      return String((await once(call, 'response'))[0]['grpc-status'])
    }
    const overHttp = async () => String((await http(target.http, { headers, body: bomb })).status)
    const ten = (send: () => Promise<string>) => Array.from({ length: 10 }, send)
    // Many share the permits, so some are told to come back before anybody looks into them.
    const codes = await Promise.all([...ten(overGrpc), ...ten(overHttp)])
    expect(codes.filter((code) => !['8', '14', '413', '503'].includes(code))).toEqual([])
    // One alone is looked into.
    expect([await overGrpc(), await overHttp()]).toEqual(['8', '413'])
    session.destroy()
    await expectWell(target)
  })
})

function openCall(session: ReturnType<typeof connectHttp2>, more: Record<string, string> = {}): ClientHttp2Stream {
  const call = session.request({
    ':method': 'POST',
    ':path': TRACES.grpcPath,
    'content-type': 'application/grpc',
    ...more,
  })
  call.on('error', () => {})
  return call
}
