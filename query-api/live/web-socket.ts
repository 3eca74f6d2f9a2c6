/** WebSocket connections on the API's port: the same streams as server-sent events have, one message an event. */
import type { IncomingMessage, Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Access } from '../access/access.ts'
import { scopeOf } from '../access/caller.ts'
import { allows, ROUTE_POLICIES } from '../access/roles.ts'
import { checkTenantParameters } from '../access/tenant-parameter.ts'
import { isCrossSite } from '../cross-site.ts'
import type { HostPolicy } from '../host.ts'
import { ProblemError } from '../problem.ts'
import { sendRawProblem } from '../raw-problem.ts'
import { readParameters } from '../read-parameters.ts'
import { changeFilterOf, type StreamQuery, streamQuerySchema } from '../schema/live.ts'
import type { Live } from './live.ts'
import { KEEP_ALIVE, type Reader } from './reader.ts'

export interface WebSocketOptions {
  live: Live
  access: Access
  hosts: HostPolicy
}

const PATH = '/api/v1/ws'
/** Clients have nothing to say; a longer message ends the connection. */
const MESSAGE_BYTES_MAX = 4 * 1024
/** Close codes of RFC 6455, section 7.4.1. */
const GOING_AWAY = 1001

/** @returns how to end them all */
export function acceptWebSockets(server: Server, options: WebSocketOptions): { stop: () => void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    accept(request, options)
      .then(({ reader, gone }) => {
        socket.once('close', () => gone.abort())
        if (socket.destroyed) gone.abort()
        else sockets.handleUpgrade(request, socket, head, (client) => void serve(client, reader, gone))
      })
      .catch((error: unknown) => sendRawProblem(socket, toProblem(error)))
  })
  return {
    stop: () => {
      for (const client of sockets.clients) client.close(GOING_AWAY)
      sockets.close()
    },
  }
}

async function accept(request: IncomingMessage, { live, access, hosts }: WebSocketOptions) {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (url.pathname !== PATH) throw new ProblemError('route_not_found', `WebSocket connections are taken at ${PATH}.`)
  if (!hosts.allows(request.headers.host)) throw new ProblemError('host_not_allowed', hosts.detail)
  // A page from elsewhere could read along: WebSockets know no same-origin policy of their own.
  if (isCrossSite(request.headers)) {
    throw new ProblemError('cross_site_request', 'WebSocket connections are taken from pages of this server only.')
  }
  const ticket = url.searchParams.get('ticket')
  url.searchParams.delete('ticket')
  const { headers } = request
  const caller = await access.authenticator.callerOf({ method: 'GET', headers, ticket })
  if (!allows(ROUTE_POLICIES.openWebSocket, caller.role)) {
    throw new ProblemError('forbidden', `The role ${caller.role} may not listen.`)
  }
  const query = readParameters(streamQuerySchema, url.searchParams, false).values as StreamQuery
  checkTenantParameters(caller, query)
  const gone = new AbortController()
  const reader = await live.open({
    scope: scopeOf(caller, access.settings.access.unowned),
    filter: changeFilterOf(query),
    lastEventId: query.last_event_id ?? null,
    signal: gone.signal,
  })
  return { reader, gone }
}

async function serve(client: WebSocket, reader: Reader, gone: AbortController): Promise<void> {
  client.on('error', () => client.terminate())
  client.on('close', () => gone.abort())
  for (let batch = await reader.next(); batch !== undefined; batch = await reader.next()) {
    if (client.readyState !== client.OPEN) break
    if (batch === KEEP_ALIVE) client.ping()
    else for (const event of batch) await sent(client, event.message)
  }
  gone.abort()
  client.close(GOING_AWAY)
}

/** Waits until the connection took it, so that what a slow client does not read waits in its bounded queue. */
function sent(client: WebSocket, message: string): Promise<void> {
  return new Promise((resolve) => client.send(message, () => resolve()))
}

function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  return new ProblemError('internal_error', 'The log of the server says more under this request id.', { cause: error })
}
