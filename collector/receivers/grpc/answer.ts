/** How a call ends on the wire: a message with trailers, or trailers alone (gRPC over HTTP/2, "Responses"). */
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { gzipSync } from 'node:zlib'
import { encodeStatus } from '@runlens/otlp'
import { COMPRESSIONS } from '../inflate.ts'
import { type Fault, GRPC, STATUS } from '../status.ts'
import { frameMessage } from './frame.ts'

const HEADERS: OutgoingHttpHeaders = {
  ':status': 200,
  'content-type': 'application/grpc+proto',
  'grpc-accept-encoding': COMPRESSIONS.join(','),
}

/** Ends a call with its message; compressed where that is asked for and there is anything to compress. */
export function answerMessage(stream: ServerHttp2Stream, message: Buffer, gzip: boolean): void {
  if (!writable(stream)) return
  const compressed = gzip && message.length > 0
  stream.respond({ ...HEADERS, ...(compressed ? { 'grpc-encoding': 'gzip' } : {}) }, { waitForTrailers: true })
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': GRPC.OK }))
  stream.end(frameMessage(compressed ? gzipSync(message) : message, compressed))
}

/** Ends a call without a message, also one whose body is still coming: the rest of it is refused. */
export function answerFault(stream: ServerHttp2Stream, why: Fault, retryAfterSeconds: number): void {
  if (!writable(stream)) return
  const { grpc, retry } = STATUS[why.reason]
  const details = encodeStatus('protobuf', {
    code: grpc,
    message: why.message,
    ...(retry ? { retryAfterSeconds } : {}),
  })
  stream.respond(
    {
      ...HEADERS,
      'grpc-status': grpc,
      'grpc-message': percentEncode(why.message),
      'grpc-status-details-bin': details.toString('base64').replace(/=+$/, ''),
    },
    { endStream: true },
  )
  stream.close(constants.NGHTTP2_NO_ERROR)
}

/** Ends a request that is no gRPC call at all. */
export function answerNoCall(stream: ServerHttp2Stream, httpStatus: number): void {
  if (!writable(stream)) return
  stream.respond({ ':status': httpStatus }, { endStream: true })
  stream.close(constants.NGHTTP2_NO_ERROR)
}

function writable(stream: ServerHttp2Stream): boolean {
  return !stream.destroyed && !stream.closed && !stream.headersSent
}

/** "Percent-Encoded" of the gRPC specification: printable ASCII but the percent sign as it is, any other byte of UTF-8 as %XX. */
function percentEncode(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]+/g, (part) =>
    Buffer.from(part).toString('hex').toUpperCase().replace(/../g, '%$&'),
  )
}
