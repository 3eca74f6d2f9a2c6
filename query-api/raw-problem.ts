/** A problem where there is no answer that the app could give: written on the socket, which is closed. */
import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { type ProblemError, problemBody, problemOf } from './problem.ts'

export function sendRawProblem(socket: Duplex, problem: ProblemError): void {
  const { status, title } = problemOf(problem.code)
  const body = JSON.stringify(problemBody(problem, randomUUID()))
  const headers = [
    `HTTP/1.1 ${status} ${title}`,
    'connection: close',
    ...(problem.retryAfterSeconds === undefined ? [] : [`retry-after: ${problem.retryAfterSeconds}`]),
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`)
}
