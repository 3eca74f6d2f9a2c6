/** Sends export requests over OTLP/HTTP. */
import { Agent, request } from 'node:http'
import type { Answer, Target } from './target.ts'

export function targetAt(origin: string, headers: Record<string, string> = {}, connections = 8): Target {
  const url = new URL('/v1/traces', origin)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const fixed = { 'content-type': 'application/x-protobuf', ...headers }
  return {
    send: (body) => post(url, agent, { ...fixed, 'content-length': body.length }, body),
    close: () => agent.destroy(),
  }
}

function post(url: URL, agent: Agent, headers: Record<string, string | number>, body: Buffer): Promise<Answer> {
  return new Promise((resolve) => {
    const sending = request(url, { method: 'POST', agent, headers })
    sending.on('response', (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', () => resolve({ kind: 'later', afterMs: 100 }))
      answer.on('end', () =>
        resolve(answerOf(answer.statusCode!, answer.headers['retry-after'], Buffer.concat(chunks))),
      )
    })
    sending.on('error', () => resolve({ kind: 'later', afterMs: 100 }))
    sending.end(body)
  })
}

function answerOf(status: number, retryAfter: string | undefined, body: Buffer): Answer {
  // A full success says nothing, in either encoding: `{}` or no bytes.
  if (status === 200 && body.length <= 2) return { kind: 'accepted' }
  if (status === 429 || status === 503) return { kind: 'later', afterMs: Number(retryAfter ?? 1) * 1000 }
  return { kind: 'refused', status, body: body.toString('utf8').slice(0, 300) }
}
