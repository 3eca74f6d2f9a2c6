/** Which path is what on the OTLP/HTTP port. Paths are compared as they come: nothing is decoded or normalised. */

import { OWN_PAGES, type OwnPage } from '@runlens/runtime'
import type { Service } from '../receiver.ts'

export type Route = { kind: 'export'; service: Service } | { kind: 'page'; page: OwnPage }

/** Senders made for Langfuse post below this; it is another name of the same paths. */
const ALIAS = '/api/public/otel'

/** @returns what a request target leads to: a path with or without a query, or a whole URL (RFC 9112, 3.2.2) */
export function createRoutes(services: readonly Service[]): (target: string) => Route | undefined {
  const routes = new Map<string, Route>()
  for (const page of OWN_PAGES) routes.set(`/${page}`, { kind: 'page', page })
  for (const service of services) {
    routes.set(service.signal.path, { kind: 'export', service })
    routes.set(ALIAS + service.signal.path, { kind: 'export', service })
  }
  return (target) => {
    const path = target.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0]
    return routes.get(path ?? '')
  }
}
