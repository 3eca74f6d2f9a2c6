/** Executions of Express, and of anything that has its `(request, response, next)`: from the handler until the answer is sent. */
import { context } from '@opentelemetry/api'
import { safely } from '../hub.ts'
import type { Execution } from './execution.ts'
import type { ExecutionOptions } from './options.ts'
import { startExecution } from './with-execution.ts'

/** The part of a request that is read. */
export interface RequestLike {
  method?: string
  originalUrl?: string
  url?: string
  baseUrl?: string
  route?: { path?: unknown }
}

/** The part of a response that is used. */
export interface ResponseLike {
  statusCode: number
  once(event: 'finish' | 'close', listener: () => void): unknown
}

export type Next = (error?: unknown) => void
export type Handler<Req extends RequestLike, Res extends ResponseLike> = (
  request: Req,
  response: Res,
  next: Next,
) => unknown

export type HandlerOptions<Req> = Partial<ExecutionOptions> | ((request: Req) => Partial<ExecutionOptions>)

/** A handler that does the same as `handler`, as an execution (kind `request`, workflow: method and route, unless told otherwise). */
export function executionHandler<Req extends RequestLike, Res extends ResponseLike>(
  options: HandlerOptions<Req>,
  handler: Handler<Req, Res>,
): Handler<Req, Res> {
  return (request, response, next) => {
    const execution = begin(options, request, response)
    const failed = (error: unknown) => {
      execution.recordError(error)
      throw error
    }
    let result: unknown
    try {
      result = context.with(execution.context, handler, undefined, request, response, (error?: unknown) => {
        if (error !== undefined && error !== 'route' && error !== 'router') execution.recordError(error)
        next(error)
      })
    } catch (error) {
      failed(error)
    }
    return result instanceof Promise ? result.catch(failed) : result
  }
}

/** A middleware: everything after it, for each request, is an execution. */
export function executionMiddleware<Req extends RequestLike, Res extends ResponseLike>(
  options: HandlerOptions<Req> = {},
): Handler<Req, Res> {
  return (request, response, next) => {
    const execution = begin(options, request, response)
    execution.isShared = true
    context.with(execution.context, next)
  }
}

function begin<Req extends RequestLike>(options: HandlerOptions<Req>, request: Req, response: ResponseLike): Execution {
  const told = safely(() => (typeof options === 'function' ? options(request) : options), {})
  const execution = startExecution({
    workflow: nameOf(request),
    kind: 'request',
    mode: 'http',
    ...told,
    attributes: { 'http.request.method': request.method, 'url.path': pathOf(request), ...told.attributes },
  })
  let isOver = false
  const end = (isSent: boolean) => {
    if (isOver) return
    isOver = true
    safely(() => close(execution, request, response, isSent), undefined)
    execution.end()
  }
  response.once('finish', () => end(true))
  response.once('close', () => end(false))
  return execution
}

function close(execution: Execution, request: RequestLike, { statusCode }: ResponseLike, isSent: boolean): void {
  const route = routeOf(request)
  if (route !== undefined) execution.setAttribute('http.route', route)
  if (!isSent) {
    execution.setStatus('cancelled')
    execution.setAttribute('error.type', 'client_closed_request')
  } else {
    execution.setAttribute('http.response.status_code', statusCode)
    if (statusCode >= 500) execution.setStatus('error')
  }
}

function nameOf(request: RequestLike): string {
  return `${request.method ?? 'GET'} ${routeOf(request) ?? pathOf(request)}`
}

/** `/orders/:id`, known once Express has chosen a route. */
function routeOf({ baseUrl = '', route }: RequestLike): string | undefined {
  return typeof route?.path === 'string' ? `${baseUrl}${route.path}` : undefined
}

/** Without the query, which may hold anything. */
function pathOf({ originalUrl, url }: RequestLike): string {
  return (originalUrl ?? url ?? '').split('?', 1)[0] ?? ''
}
