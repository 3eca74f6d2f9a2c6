/** OTLP/gRPC: one unary call per request over one HTTP/2 connection. Never traced, never keeps the program alive. */
import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type Outcome, outcomeOfGrpc, outcomeOfHttp } from './outcome.ts'
import { retryDelayMs } from './retry-delay.ts'
import type { Target, Transport } from './transport.ts'
import { untraced } from './untraced.ts'

const PATHS = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
}
/** A flag for compression and a length before each message. */
const FRAME_BYTES = 5
const ANSWER_BYTES_MAX = 65_536

export function createGrpcTransport(target: Target, signal: 'traces' | 'logs'): Transport {
  let session: ClientHttp2Session | undefined
  const connected = () => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(target.url.origin, target.tls)
      // A fault is told by every stream on it.
      session.on('error', () => {})
      session.unref()
    }
    return session
  }
  return {
    post: (plain) =>
      untraced(async () => {
        const isPacked = target.compression === 'gzip'
        const message = isPacked ? await promisify(gzip)(plain) : plain
        return call(connected(), PATHS[signal], target, frame(message, isPacked), isPacked)
      }).catch((error: unknown): Outcome => later(error)),
    close: () => session?.destroy(),
  }
}

function frame(message: Uint8Array, isPacked: boolean): Buffer {
  const framed = Buffer.allocUnsafe(FRAME_BYTES + message.length)
  framed[0] = isPacked ? 1 : 0
  framed.writeUInt32BE(message.length, 1)
  framed.set(message, FRAME_BYTES)
  return framed
}

function call(session: ClientHttp2Session, path: string, target: Target, body: Buffer, isPacked: boolean) {
  return new Promise<Outcome>((resolve) => {
    const stream = session.request({
      ...target.headers,
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': `${Math.min(target.timeoutMs, 99_999_999)}m`,
      ...(isPacked ? { 'grpc-encoding': 'gzip' } : {}),
    })
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), target.timeoutMs)
    timer.unref()
    const answer = { headers: {} as IncomingHttpHeaders, chunks: [] as Buffer[], bytes: 0 }
    let why = `no answer within ${target.timeoutMs} ms`
    stream.on('response', (headers) => {
      Object.assign(answer.headers, headers)
    })
    stream.on('trailers', (trailers) => {
      Object.assign(answer.headers, trailers)
    })
    stream.on('data', (chunk: Buffer) => {
      answer.bytes += chunk.length
      if (answer.bytes <= ANSWER_BYTES_MAX) answer.chunks.push(chunk)
    })
    stream.on('error', (error) => {
      why = error.message
    })
    stream.on('close', () => {
      clearTimeout(timer)
      resolve(outcomeOf(answer.headers, Buffer.concat(answer.chunks).subarray(FRAME_BYTES), why))
    })
    stream.end(body)
  })
}

function outcomeOf(headers: IncomingHttpHeaders, message: Buffer, why: string): Outcome {
  const code = headers['grpc-status']
  if (typeof code === 'string' && /^\d+$/.test(code)) {
    return outcomeOfGrpc(Number(code), pushback(headers), message)
  }
  const status = Number(headers[constants.HTTP2_HEADER_STATUS])
  // Something that is no gRPC server.
  return status > 0 && status !== 200 ? outcomeOfHttp(status, undefined, message) : later(why)
}

function pushback(headers: IncomingHttpHeaders): number | undefined {
  const details = headers['grpc-status-details-bin']
  return typeof details === 'string' ? retryDelayMs(Buffer.from(details, 'base64')) : undefined
}

function later(error: unknown): Outcome {
  return { kind: 'later', afterMs: undefined, why: error instanceof Error ? error.message : String(error) }
}
