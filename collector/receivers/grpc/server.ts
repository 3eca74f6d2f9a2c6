/** OTLP/gRPC's connections over node:http2: their bounds, their time limits and their orderly end. */
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import { type Address, listen } from '@runlens/runtime'
import { type CallOptions, serveStream } from './call.ts'
import { type SessionTimes, watchSession } from './watch-session.ts'

/** One connection's bounds; a client queues beyond them or is reset by HTTP/2 itself. */
const STREAMS_MAX = 100
const HEADER_BYTES_MAX = 16 * 1024
/** Windows wide enough that a distant sender is not held up by round trips. */
const STREAM_WINDOW_BYTES = 1024 * 1024
const CONNECTION_WINDOW_BYTES = 4 * 1024 * 1024
const CONNECTIONS_MAX = 2_048
/** Without anything from the other side the system asks for it (TCP keepalive). */
const KEEP_ALIVE_MS = 300_000

export interface GrpcReceiver {
  /** @throws RunlensError `port_in_use` or `address_invalid` */
  listen: (address: Address) => Promise<Address>
  /** Takes no new connection or call, answers those in flight, then closes; those left after `graceMs` are cut. */
  stop: (graceMs: number) => Promise<void>
}

export interface GrpcReceiverOptions extends CallOptions {
  /** When a connection is given up. */
  sessionTimes?: Partial<SessionTimes>
}

export function createGrpcReceiver(options: GrpcReceiverOptions): GrpcReceiver {
  const { counters, sessionTimes } = options
  const sessions = new Set<ServerHttp2Session>()
  const server = createHttp2Server(options)
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES)
    watchSession(session, () => counters.connectionFailed('grpc'), sessionTimes)
  })

  return {
    listen: (address) => listen(server, address, 'RUNLENS_OTLP_GRPC'),
    stop: (graceMs) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => {
          for (const session of sessions) session.destroy()
        }, graceMs)
        server.close(() => {
          clearTimeout(cut)
          resolve()
        })
        for (const session of sessions) session.close()
      }),
  }
}

function createHttp2Server(options: CallOptions): Http2Server {
  const { counters } = options
  const server = createServer({
    settings: {
      maxConcurrentStreams: STREAMS_MAX,
      maxHeaderListSize: HEADER_BYTES_MAX,
      initialWindowSize: STREAM_WINDOW_BYTES,
      enablePush: false,
    },
  })
  server.maxConnections = CONNECTIONS_MAX
  server.on('connection', (socket) => socket.setKeepAlive(true, KEEP_ALIVE_MS))
  server.on('drop', () => counters.connectionRefused('grpc'))
  server.on('sessionError', () => counters.connectionFailed('grpc'))
  server.on('stream', (stream, headers, _flags, rawHeaders: string[]) => {
    // Node enforces the announced bound only once the client has acknowledged it.
    const headerBytes = rawHeaders.reduce((bytes, text) => bytes + text.length, 0)
    serveStream(options, stream, headers, headerBytes <= HEADER_BYTES_MAX)
  })
  return server
}
