/** OTLP/HTTP with protobuf. Never traced, never keeps the program alive, reads no more of an answer than it must. */
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type Outcome, outcomeOfHttp } from './outcome.ts'
import type { Target, Transport } from './transport.ts'
import { untraced } from './untraced.ts'

const ANSWER_BYTES_MAX = 65_536
const CONNECTIONS_MAX = 4

export function createHttpTransport(target: Target): Transport {
  const isSecure = target.url.protocol === 'https:'
  const options = { keepAlive: true, maxSockets: CONNECTIONS_MAX, ...target.tls }
  const agent = isSecure ? new HttpsAgent(options) : new HttpAgent(options)
  const start = isSecure ? httpsRequest : httpRequest
  return {
    post: (plain) =>
      untraced(async () => {
        const body = target.compression === 'gzip' ? await promisify(gzip)(plain) : plain
        const headers = {
          ...target.headers,
          'content-type': 'application/x-protobuf',
          'content-length': body.length,
          ...(target.compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
        }
        return exchange(() => start(target.url, { method: 'POST', headers, agent }), body, target.timeoutMs)
      }).catch((error: unknown): Outcome => later(error)),
    close: () => agent.destroy(),
  }
}

function exchange(start: () => ClientRequest, body: Uint8Array, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const sent = start()
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    timer.unref()
    sent.on('socket', (socket) => socket.unref())
    const done = (outcome: Outcome) => {
      clearTimeout(timer)
      resolve(outcome)
    }
    sent.on('error', (error) => done(later(error)))
    sent.on('response', (answer) => {
      readAnswer(answer).then(
        (bytes) => done(outcomeOfHttp(answer.statusCode ?? 0, answer.headers['retry-after'], bytes)),
        (error: unknown) => done(later(error)),
      )
    })
    sent.end(body)
  })
}

/** A connection whose answer is longer than any collector's is given up. */
async function readAnswer(answer: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) {
      answer.destroy()
      break
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function later(error: unknown): Outcome {
  return { kind: 'later', afterMs: undefined, why: error instanceof Error ? error.message : String(error) }
}
