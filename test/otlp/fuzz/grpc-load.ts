/** Sends hostile calls over one HTTP/2 connection after the other, many streams at a time; some are reset half-way. */
import { type ClientHttp2Session, connect } from 'node:http2'
import type { Signal } from '@runlens/otlp'
import { frameMessage } from '../../../collector/receivers/grpc/frame.ts'
import { type Account, type LoadOptions, silence } from './load.ts'
import { type HostileRequest, hostileRequest } from './requests.ts'

const STREAMS = 80
const CANCEL = 8
/** One of so many calls is reset in the middle of its message, beside those that are counted. */
const RESET_EVERY = 50
/** On one connection. It is closed, rightly, once a thousand streams were reset on it at more than 33 a second (nghttp2's bound). */
const CALLS_PER_CONNECTION = 40_000

/** Sends the requests `[first, first + count)` of a seed. */
export async function grpcLoad(address: string, { seed, first, count }: LoadOptions, account: Account): Promise<void> {
  for (let at = first; at < first + count; at += CALLS_PER_CONNECTION) {
    const left = first + count - at
    await overOneConnection(address, { seed, first: at, count: Math.min(CALLS_PER_CONNECTION, left) }, account)
  }
}

async function overOneConnection(
  address: string,
  { seed, first, count }: LoadOptions,
  account: Account,
): Promise<void> {
  const session = connect(`http://${address}`)
  session.on('error', () => {})
  let next = first
  const stream = async () => {
    for (let n = next++; n < first + count; n = next++) {
      const request = hostileRequest(seed, n, 'protobuf')
      if (n % RESET_EVERY === 1) resetHalfWay(session, request)
      account.answered(await call(session, request, `seed ${seed}, request ${n}`), request, n)
    }
  }
  await Promise.all(Array.from({ length: STREAMS }, stream))
  session.destroy()
}

const headersOf = ({ grpcPath }: Signal) => ({
  ':method': 'POST',
  ':path': grpcPath,
  'content-type': 'application/grpc',
})

function call(
  session: ClientHttp2Session,
  { signal, body, compression }: HostileRequest,
  name: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ...headersOf(signal), ...(compression ? { 'grpc-encoding': compression } : {}) })
    const hangs = silence(() => reject(new Error(`there was no answer: ${name}`)))
    let status: unknown
    const see = (headers: Record<string, unknown>) => {
      status = headers['grpc-status'] ?? status
    }
    stream.on('response', see)
    stream.on('trailers', see)
    stream.on('error', () => {})
    stream.on('close', () => {
      clearTimeout(hangs)
      resolve(Number(status))
    })
    stream.resume()
    stream.end(frameMessage(body, compression !== ''))
  })
}

function resetHalfWay(session: ClientHttp2Session, { signal, body }: HostileRequest): void {
  const stream = session.request(headersOf(signal))
  stream.on('error', () => {})
  stream.write(frameMessage(body, false).subarray(0, 5 + (body.length >> 1)))
  stream.close(CANCEL)
}
