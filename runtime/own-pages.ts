/** A process's own health, readiness and metrics over HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Registry } from './metrics.ts'

export const OWN_PAGES = ['healthz', 'readyz', 'metrics'] as const
export type OwnPage = (typeof OWN_PAGES)[number]

export interface OwnPages {
  registry: Registry
  /** Undefined when requests are taken, else why not. */
  notReady: () => string | undefined
}

export function serveOwnPage(pages: OwnPages, page: OwnPage, request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD')
    give(request, response, 405, 'text/plain; charset=utf-8', 'Only GET and HEAD are taken here.\n')
    return
  }
  if (page === 'metrics') {
    giveMetrics(pages, request, response)
    return
  }
  const why = page === 'readyz' ? pages.notReady() : undefined
  const status = why === undefined ? 'ok' : 'unavailable'
  const body = `${JSON.stringify({ status, ...(why === undefined ? {} : { reason: why }) })}\n`
  give(request, response, why === undefined ? 200 : 503, 'application/json; charset=utf-8', body)
}

function giveMetrics({ registry }: OwnPages, request: IncomingMessage, response: ServerResponse): void {
  registry.metrics().then(
    (text) => give(request, response, 200, registry.contentType, text),
    (error: Error) => give(request, response, 500, 'text/plain; charset=utf-8', `${error.message}\n`),
  )
}

function give(request: IncomingMessage, response: ServerResponse, status: number, type: string, body: string): void {
  if (response.destroyed) return
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}
