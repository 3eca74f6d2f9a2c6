/** The server's own routes: is it alive, can it answer, what does it answer. */
import { z } from 'zod'
import { docsPage } from '../openapi/docs-page.ts'
import { openApiDocument } from '../openapi/document.ts'
import { ProblemError } from '../problem.ts'
import { type Route, route } from './route.ts'

const nothing = z.strictObject({})

const healthz = route({
  path: '/healthz',
  id: 'isAlive',
  tag: 'Operation',
  summary: 'Whether the process is alive',
  parameters: nothing,
  query: nothing,
  answer: z.object({ status: z.literal('ok') }),
  problems: [],
  handle: () => ({ json: { status: 'ok' } }),
})

const readyz = route({
  path: '/readyz',
  id: 'isReady',
  tag: 'Operation',
  summary: 'Whether questions can be answered: ClickHouse is there and has the tables of this version',
  parameters: nothing,
  query: nothing,
  answer: z.object({ status: z.literal('ready') }),
  problems: ['clickhouse_unreachable', 'schema_missing', 'too_busy'],
  handle: async ({ services }) => {
    const fault = await services.notReady()
    if (fault) throw new ProblemError(fault.code, fault.detail, { retryAfterSeconds: 2 })
    return { json: { status: 'ready' } }
  },
})

const metrics = route({
  path: '/metrics',
  id: 'readMetrics',
  tag: 'Operation',
  summary: "The server's own figures, as Prometheus reads them",
  parameters: nothing,
  query: nothing,
  problems: [],
  handle: async ({ services }) => ({
    text: await services.metrics.metrics(),
    contentType: services.metrics.contentType,
  }),
})

/** `/openapi.json`, `/docs` and `/`, which tell of all routes and of themselves. */
export function selfDescription(others: readonly Route[]): Route[] {
  const all: Route[] = [...others]
  const document = () => openApiDocument(all)
  const openapi = route({
    path: '/openapi.json',
    id: 'getOpenApi',
    tag: 'Operation',
    summary: 'This API as an OpenAPI 3.1 document',
    parameters: nothing,
    query: nothing,
    answer: z.looseObject({ openapi: z.string() }),
    problems: [],
    handle: () => ({ json: document() }),
  })
  const docs = route({
    path: '/docs',
    id: 'readDocs',
    tag: 'Operation',
    summary: 'This API as a page to read',
    parameters: nothing,
    query: nothing,
    problems: [],
    handle: () => docsPage(document()),
  })
  const root = route({
    path: '/',
    id: 'start',
    tag: 'Operation',
    summary: 'Leads to the web UI',
    parameters: nothing,
    query: nothing,
    problems: [],
    handle: () => ({ redirect: '/ui/' }),
  })
  all.push(openapi, docs, root)
  return all
}

export const operation: readonly Route[] = [healthz, readyz, metrics]
