/** OTLP/HTTP and the collector's own health, readiness and metrics on one node:http server. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Address, listen, type OwnPages, serveOwnPage } from '@runlens/runtime'
import { fault } from '../status.ts'
import { answerBrokenRequest } from './broken-request.ts'
import { type ExportOptions, HttpExport } from './export.ts'

import { createRoutes, type Route } from './routes.ts'

const HEADER_BYTES_MAX = 16 * 1024
const CONNECTIONS_MAX = 2_048
const HEADERS_MS = 10_000
/** The last resort for a request of any kind. */
const REQUEST_MS = 180_000
/** Longer than the idle time of common balancers and exporters, so that they close first. */
const KEEP_ALIVE_MS = 65_000

export interface HttpReceiverOptions extends ExportOptions {
  pages: OwnPages
  /** A sender must finish its headers within this time; bodies have their own (`BodyTimes`). @default 10 000 */
  headersMs?: number
}

export interface HttpReceiver {
  /** @throws RunlensError `port_in_use` or `address_invalid` */
  listen: (address: Address) => Promise<Address>
  /** Takes no new connection or request, answers those in flight, then closes; those left after `graceMs` are cut. */
  stop: (graceMs: number) => Promise<void>
}

type Serve = (request: IncomingMessage, response: ServerResponse, invite: () => void) => void

export function createHttpReceiver(options: HttpReceiverOptions): HttpReceiver {
  const unanswered = new Set<ServerResponse>()
  const routes = createRoutes(options.services)
  let stopping = false
  const server = createHttpServer(options, unanswered, (request, response, invite) => {
    unanswered.add(response)
    response.once('close', () => unanswered.delete(response))
    response.shouldKeepAlive &&= !stopping
    serveRequest(options, routes(request.url ?? ''), request, response, invite)
  })

  return {
    listen: (address) => listen(server, address, 'RUNLENS_OTLP_HTTP'),
    stop: (graceMs) =>
      new Promise((resolve) => {
        stopping = true
        for (const response of unanswered) response.shouldKeepAlive = false
        const cut = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close(() => {
          clearTimeout(cut)
          resolve()
        })
      }),
  }
}

function createHttpServer(options: HttpReceiverOptions, unanswered: ReadonlySet<ServerResponse>, serve: Serve): Server {
  const { counters, headersMs = HEADERS_MS } = options
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: headersMs,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: headersMs / 5,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAlive: true,
    noDelay: true,
  })
  server.maxConnections = CONNECTIONS_MAX
  server.on('drop', () => counters.connectionRefused('http'))
  server.on('request', (request, response) => serve(request, response, () => {}))
  server.on('checkContinue', (request, response) => serve(request, response, () => response.writeContinue()))
  server.on('checkExpectation', (request, response) => serve(request, response, () => {}))
  server.on('clientError', (error, socket) => {
    counters.connectionFailed('http')
    // A word of ours between the answers that are still to come would be read as one of them.
    if ([...unanswered].some((response) => response.socket === socket)) socket.destroy()
    else answerBrokenRequest(error, socket)
  })
  return server
}

function serveRequest(
  options: HttpReceiverOptions,
  route: Route | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  invite: () => void,
): void {
  // A sender that goes away is seen by 'close'; an unheard 'error' would end the process.
  request.on('error', () => {})
  response.on('error', () => {})
  if (route?.kind === 'page') {
    serveOwnPage(options.pages, route.page, request, response)
    return
  }
  const otlp = new HttpExport(options, request, response)
  const { expect } = request.headers
  if (route === undefined) otlp.refuse(fault('unknown_path', nothingHere(options.services)))
  else if (expect && expect.toLowerCase() !== '100-continue')
    otlp.refuse(fault('expectation_failed', `Expect: ${expect} is not known; 100-continue is.`))
  else otlp.serve(route.service, invite)
}

function nothingHere(services: ExportOptions['services']): string {
  return `Nothing is taken here; OTLP goes to ${services.map(({ signal }) => signal.path).join(', ')}.`
}
