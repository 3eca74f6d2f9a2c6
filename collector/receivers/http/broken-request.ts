/**
 * The last word to a sender whose bytes could not be read as a request, where it says more than the end of the
 * connection. After a timeout it does not: a client retries after a lost connection, but gives up on a 408 (OTLP
 * specification, "Retryable Response Codes" and "All Other Responses").
 */
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { encodeStatus } from '@runlens/otlp'
import { systemErrorCode } from '@runlens/runtime'
import { type Fault, fault, STATUS } from '../status.ts'
import { MEDIA_TYPES } from './negotiate.ts'

/** @param error what node:http's parser found wrong; its own codes begin with `HPE_` */
export function answerBrokenRequest(error: Error, socket: Duplex): void {
  const code = systemErrorCode(error)
  if (!socket.writable || !code?.startsWith('HPE_')) {
    socket.destroy()
    return
  }
  const why: Fault =
    code === 'HPE_HEADER_OVERFLOW'
      ? fault('headers_too_large', 'The headers of the request are too large.')
      : fault('malformed', 'This is not an HTTP request.')
  const { grpc, http } = STATUS[why.reason]
  const body = encodeStatus('json', { code: grpc, message: why.message })
  const head = [
    `HTTP/1.1 ${http} ${STATUS_CODES[http]}`,
    `content-type: ${MEDIA_TYPES.json}`,
    `content-length: ${body.length}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body.toString()}`)
}
