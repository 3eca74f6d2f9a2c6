/** The HTTP side: every route behind the same checks, every refusal as problem+json. Knows no question. */
import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Logger } from '@runlens/runtime'
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express'
import { scopeOf } from './access/caller.ts'
import { letIn } from './access/let-in.ts'
import { checkQuota } from './access/quota.ts'
import { checkTenantParameters } from './access/tenant-parameter.ts'
import { isCrossSite } from './cross-site.ts'
import type { HostPolicy } from './host.ts'
import { ProblemError, problemBody, problemOf } from './problem.ts'
import { BODY_BYTES_MAX, checkBody } from './read-body.ts'
import { readParameters, readPath } from './read-parameters.ts'
import { ROUTES } from './routes/index.ts'
import { literalsFirst, methodOf, methodsAt } from './routes/order.ts'
import type { Route, Services } from './routes/route.ts'
import { sendAnswer } from './send-answer.ts'
import { serveUi, UI_DIRECTORY } from './ui.ts'

export interface AppOptions {
  services: Services
  log: Logger
  /** Which Host headers are answered. */
  hosts: HostPolicy
  /** Told of every answer: its route as the document writes it ('' for none), and its status. */
  answered: (route: string, status: number | 'aborted') => void
  /** The build of the web UI; default: that of this checkout. */
  uiDirectory?: string
}

export function createApp(options: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.set('query parser', false)
  app.set('case sensitive routing', true)
  app.set('strict routing', true)
  app.use((request, response, next) => {
    response.locals.requestId = requestIdOf(request)
    response.set({
      'x-request-id': response.locals.requestId,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, no-cache',
    })
    response.once('close', () => {
      options.answered(response.locals.route ?? '', response.writableFinished ? response.statusCode : 'aborted')
    })
    refuseEarly(request, options.hosts)
    next()
  })
  for (const route of literalsFirst(ROUTES)) {
    app[methodOf(route)](expressPath(route.path), (request: Request, response: Response) =>
      serve(route, options.services, request, response),
    )
  }
  app.use('/ui', serveUi(options.uiDirectory ?? UI_DIRECTORY))
  app.use((request: Request) => {
    throw nothingHere(request)
  })
  app.use(answerProblem(options.log))
  return app
}

async function serve(route: Route, services: Services, request: Request, response: Response): Promise<void> {
  response.locals.route = route.path
  const { caller, search, json } = await letIn(route, services.access, request, response)
  const path = readPath(route.parameters, request.params)
  checkTenantParameters(caller, path)
  const { values, attributes } = readParameters(route.query, search, route.attributes === true)
  checkTenantParameters(caller, values)
  checkQuota(services, values, (field) => search.has(field))
  const sent = route.body ? await json() : undefined
  const body = route.body ? checkBody(route.body, sent) : undefined
  checkTenantParameters(caller, body)
  checkQuota(services, body, (field) => Object.hasOwn(sent as object, field))
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const { signal } = gone
  // Every question of a request listens, and an overview asks many.
  setMaxListeners(LISTENERS_MAX, signal)
  const scope = scopeOf(caller, services.access.settings.access.unowned)
  const { headers } = request
  const answer = await route.handle({ path, query: values, body, attributes, caller, scope, headers, signal, services })
  if (!signal.aborted) await sendAnswer(answer, route, request, response, signal)
}

/** Beyond this Node warns of a leak. */
const LISTENERS_MAX = 100

function refuseEarly(request: Request, hosts: HostPolicy): void {
  if (request.headers.host === undefined && request.httpVersion !== '1.0') {
    throw new ProblemError('malformed_request', 'HTTP/1.1 wants a Host header.')
  }
  if (!hosts.allows(request.headers.host)) throw new ProblemError('host_not_allowed', hosts.detail)
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) {
    throw new ProblemError('body_too_large', 'No route of this API takes a body of that size.')
  }
  if (!READING.has(request.method) && isCrossSite(request.headers)) {
    throw new ProblemError(
      'cross_site_request',
      'Requests that change something are taken from pages of this server only.',
    )
  }
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS'])

/** 405 where another method is served, else 404. */
function nothingHere({ path, method }: Request): ProblemError {
  const served = methodsAt(ROUTES, path)
  if (served.length > 0) {
    const names = served.join(', ')
    return new ProblemError('method_not_allowed', `${method} is not served here; these are: ${names}.`, {
      allow: names,
    })
  }
  return new ProblemError('route_not_found', 'The page /docs lists what is served.')
}

function answerProblem(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    if (response.destroyed) return
    const problem = toProblem(error)
    const { status } = problemOf(problem.code)
    const requestId = String(response.locals.requestId ?? randomUUID())
    if (problem.code === 'internal_error') {
      log.error({ requestId, path: request.path, err: problem.cause ?? problem }, 'request failed')
    }
    if (problem.retryAfterSeconds !== undefined) response.set('retry-after', String(problem.retryAfterSeconds))
    if (problem.allow !== undefined) response.set('allow', problem.allow)
    if (status === 401) response.set('www-authenticate', challengeOf(problem))
    response.set(problem.headers)
    // What is left of a body that nobody reads would be taken for the next request.
    if (status === 413) response.set('connection', 'close')
    response
      .status(status)
      .set('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(problemBody(problem, requestId)))
  }
}

/** RFC 6750, section 3: without a credential there is nothing to say about it. */
function challengeOf({ code }: ProblemError): string {
  return code === 'unauthenticated' ? 'Bearer realm="runlens"' : 'Bearer realm="runlens", error="invalid_token"'
}

/** Express's own refusals (a path that is not well encoded) carry a status; all else is our mistake. */
function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  const status = (error as { status?: unknown } | null)?.status
  if (status === 400) return new ProblemError('malformed_request', 'The path is not valid percent-encoded UTF-8.')
  return new ProblemError('internal_error', 'The log of the server says more under this request id.', { cause: error })
}

function requestIdOf(request: Request): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}
