/** ClickHouse's HTTP interface over the engine: routes, credentials, how many queries at once, an orderly end. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type Logger, type Registry, serveOwnPage } from '@runlens/runtime'
import { EngineError, toEngineError } from './engine-error.ts'
import { sendError } from './http/answer.ts'
import { authenticate, type Credentials } from './http/credentials.ts'
import { readQueryRequest } from './http/request.ts'
import { type QueryContext, runQuery } from './http/run-query.ts'

export interface HttpInterfaceOptions extends QueryContext {
  credentials: Credentials
  /** Queries that run, wait or are still being read; one more is refused. */
  queriesMax: number
  log: Logger
}

/** Why a query was not taken: too many are there, the server stops, or the credentials are wrong. */
export type RefusalReason = 'too_many' | 'stopping' | 'credentials'

export interface QueryCounts {
  ok: number
  failed: number
  refused: Record<RefusalReason, number>
}

/** Room for a URL with many parameters; ClickHouse takes up to 1 MiB, and longer values come as a form. */
const HEADER_BYTES_MAX = 256 * 1024

export class HttpInterface {
  readonly server: Server
  readonly counts: QueryCounts = { ok: 0, failed: 0, refused: { too_many: 0, stopping: 0, credentials: 0 } }
  /** Given at `/metrics`, to anyone: it tells nothing of what is stored. */
  metrics: Registry | undefined
  readonly #options: HttpInterfaceOptions
  readonly #running = new Set<Promise<void>>()
  #stopping = false

  constructor(options: HttpInterfaceOptions) {
    this.#options = options
    this.server = createServer({ maxHeaderSize: HEADER_BYTES_MAX, keepAliveTimeout: 10_000 }, (message, response) => {
      this.#answer(message, response).catch((error: unknown) => {
        options.log.error({ err: error }, 'a request failed unexpectedly')
        response.destroy()
      })
    })
  }

  /** Whether a query runs or waits. */
  get busy(): boolean {
    return this.#running.size > 0
  }

  /** Refuses new queries and resolves when the running ones have been answered. */
  async stop(): Promise<void> {
    this.#stopping = true
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    this.server.closeIdleConnections()
    await closed
    // A connection may end before the engine has stopped working for it.
    await Promise.allSettled(this.#running)
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let queryId: string | undefined
    try {
      const url = readUrl(message.url ?? '')
      if (this.metrics && url.pathname === '/metrics') {
        serveOwnPage({ registry: this.metrics, notReady: () => undefined }, 'metrics', message, response)
        return
      }
      if (answeredSimply(message, url, response)) return
      this.#authenticate(message, url)
      const request = readQueryRequest(message, url)
      queryId = request.queryId
      await this.#admitted(() => runQuery(this.#options, request, message, response))
    } catch (error) {
      // What is left of a body would be taken for the next request.
      if (!message.complete || this.#stopping) response.shouldKeepAlive = false
      sendError(response, toEngineError(error), queryId, this.#options.version)
    }
  }

  #authenticate(message: IncomingMessage, url: URL): void {
    try {
      authenticate(this.#options.credentials, message, url)
    } catch (error) {
      this.counts.refused.credentials += 1
      throw error
    }
  }

  async #admitted(work: () => Promise<void>): Promise<void> {
    const { queriesMax } = this.#options
    if (this.#stopping) {
      this.counts.refused.stopping += 1
      throw new EngineError(236, 'ABORTED', 'The server is shutting down')
    }
    if (this.#running.size >= queriesMax) {
      this.counts.refused.too_many += 1
      const message = `Too many simultaneous queries. Maximum: ${queriesMax}`
      throw new EngineError(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', message)
    }
    const running = work()
    this.#running.add(running)
    try {
      await running
      this.counts.ok += 1
    } catch (error) {
      this.counts.failed += 1
      throw error
    } finally {
      this.#running.delete(running)
    }
  }
}

/** Put behind a host as text, so that a path with two slashes stays a path. */
function readUrl(path: string): URL {
  const text = path.startsWith('/') ? `http://clickhouse${path}` : path
  if (URL.canParse(text)) return new URL(text)
  throw new EngineError(36, 'BAD_ARGUMENTS', 'The URL cannot be read')
}

/** Answers what is no query: `/ping`, unknown paths and methods, a bare `GET /`. */
function answeredSimply(message: IncomingMessage, url: URL, response: ServerResponse): boolean {
  const { method } = message
  if (url.pathname === '/ping') sendText(response, 200, 'Ok.\n')
  else if (url.pathname !== '/') sendText(response, 404, `There is no handle ${url.pathname}\n`)
  else if (method !== 'GET' && method !== 'POST') sendText(response, 405, 'Use GET or POST\n')
  else if (method === 'GET' && url.search === '') sendText(response, 200, 'Ok.\n')
  else return false
  return true
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}
