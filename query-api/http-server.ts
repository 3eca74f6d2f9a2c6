/** The Node server under the app: bounded headers and times, and problem+json for what is not even HTTP. */
import { createServer, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { systemErrorCode } from '@runlens/runtime'
import type { Express } from 'express'
import { ProblemError, problemOf } from './problem.ts'
import { sendRawProblem } from './raw-problem.ts'

const HEADER_BYTES_MAX = 16 * 1024

/** @param refused told of each answer that the app never saw */
export function createHttpServer(app: Express, refused: (status: number) => void): Server {
  const refuse = (socket: Duplex, problem: ProblemError) => {
    refused(problemOf(problem.code).status)
    sendRawProblem(socket, problem)
  }
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 10_000,
      // The app refuses it, as a problem.
      requireHostHeader: false,
    },
    (request, response) => {
      // Express answers a target that is no URL with a page of its own.
      if (isTarget(request.url ?? '')) app(request, response)
      else refuse(request.socket, new ProblemError('malformed_request', 'The request target is no path and no URL.'))
    },
  )
  // Expectations that nobody knows may be ignored; Node would refuse them without a word.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('clientError', (error, socket) => {
    if (!socket.writable || systemErrorCode(error) === 'ECONNRESET') {
      socket.destroy()
      return
    }
    refuse(socket, clientProblem(systemErrorCode(error)))
  })
  return server
}

/** A path, `*`, or a whole URL, as proxies send it. */
function isTarget(target: string): boolean {
  return target.startsWith('/') || target === '*' || URL.canParse(target)
}

function clientProblem(code: string | undefined): ProblemError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ProblemError('headers_too_large', 'Ask with fewer or shorter parameters and headers.')
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ProblemError('request_timeout', 'Send the headers within 10 seconds and the body within 30.')
  }
  return new ProblemError('malformed_request', 'What arrived could not be read as HTTP/1.1.')
}
