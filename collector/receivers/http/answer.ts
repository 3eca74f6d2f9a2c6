/** Answers of OTLP/HTTP: in the encoding of the request, gzipped when asked, and safe to give before the body is read. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { encodeStatus, type OtlpEncoding } from '@runlens/otlp'
import { type Fault, STATUS } from '../status.ts'
import { acceptsGzip, encodingOf, MEDIA_TYPES } from './negotiate.ts'

/**
 * How long and how much of a refused body is read and thrown away, so that the sender gets to read the answer. Many send all of a body before they
 * look for one: what is some times too large for us is still read to its end.
 */
const LINGER_MS = 5_000
const LINGER_BYTES_MAX = 256 * 1024 * 1024

/** The few bytes of full success in either encoding, gzipped once instead of per request. */
const gzipped = new Map<string, Buffer>()

/** Gives `body` (of the encoding) with `status`; a HEAD request gets the headers alone. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  encoding: OtlpEncoding,
  body: Buffer,
): void {
  if (response.headersSent || response.destroyed) return
  const content = writeHead(request, response, status, encoding, body)
  response.end(request.method === 'HEAD' ? undefined : content)
}

/** @returns what is to follow the head: the body, gzipped if asked for */
function writeHead(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  encoding: OtlpEncoding,
  body: Buffer,
): Buffer {
  const gzip = acceptsGzip(request.headers['accept-encoding'])
  const content = gzip ? zip(body) : body
  response.writeHead(status, {
    'content-type': MEDIA_TYPES[encoding],
    'content-length': content.length,
    vary: 'accept-encoding',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  })
  return content
}

/**
 * Refuses a request with a google.rpc.Status (OTLP specification, "OTLP/HTTP Response, Failures"). Where the request's
 * encoding is unknown it is JSON, which a person can read.
 */
export function answerFault(
  request: IncomingMessage,
  response: ServerResponse,
  why: Fault,
  retryAfterSeconds: number,
): void {
  const { grpc, http, retry } = STATUS[why.reason]
  const encoding = encodingOf(request.headers['content-type']) ?? 'json'
  const body = encodeStatus(encoding, { code: grpc, message: why.message, ...(retry ? { retryAfterSeconds } : {}) })
  if (retry && !response.headersSent) response.setHeader('retry-after', retryAfterSeconds)
  if (!response.headersSent && mayBeCut(request, why)) {
    // A sender that is not told would put its next request on a connection that is about to be cut.
    response.setHeader('connection', 'close')
    response.write(writeHead(request, response, http, encoding, body))
    request.once('end', () => response.end())
  } else {
    answer(request, response, http, encoding, body)
  }
  discardRest(request)
}

/** Whether more of its body may come than is thrown away. */
function mayBeCut({ headers, complete, method }: IncomingMessage, { reason }: Fault): boolean {
  if (complete || method === 'HEAD') return false
  const announced = headers['content-length']
  return announced === undefined ? reason === 'too_large' : Number(announced) > LINGER_BYTES_MAX
}

function zip(body: Buffer): Buffer {
  if (body.length > 2) return gzipSync(body)
  const key = body.toString('latin1')
  const known = gzipped.get(key) ?? gzipSync(body)
  gzipped.set(key, known)
  return known
}

/** Closing with unread bytes would reset the connection and could take the answer with it. */
function discardRest(request: IncomingMessage): void {
  if (request.complete) {
    request.resume()
    return
  }
  let bytes = 0
  const cut = setTimeout(() => request.destroy(), LINGER_MS)
  request.removeAllListeners('data')
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > LINGER_BYTES_MAX) request.destroy()
  })
  request.once('close', () => clearTimeout(cut))
  request.resume()
}
