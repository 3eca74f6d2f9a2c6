/** Watches the queries of a client whose `query` works like that of `pg`: a text or a configuration, values, a promise or a callback. */
import { context, type Span, SpanKind, trace } from '@opentelemetry/api'
import { RUNLENS } from '@runlens/conventions'
import { now, toHrTime } from '../clock.ts'
import { errorParts, recordError } from '../execution/errors.ts'
import { tracer } from '../execution/tracer.ts'
import { noteFault, safely } from '../hub.ts'
import { type QueryFields, queryAttributes, statusKey } from './fields.ts'

export interface TrackOptions extends Omit<QueryFields, 'query' | 'totalRows' | 'returnedRows' | 'response'> {}

interface Queryable {
  query: (...args: never[]) => unknown
}

/**
 * The same client, with each query recorded: a step below the active execution, an execution of its own otherwise. The client that is
 * given stays as it is. Values of parameters are not recorded.
 */
export function trackQuery<C extends Queryable>(client: C, options: TrackOptions = {}): C {
  const query = (...args: unknown[]) => watched(client, options, args)
  return new Proxy(client, {
    get(target, name) {
      if (name === 'query') return query
      const value = Reflect.get(target, name, target)
      // Private members are those of the client itself.
      return typeof value === 'function' ? value.bind(target) : value
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  })
}

function watched(client: Queryable, options: TrackOptions, args: unknown[]): unknown {
  const run = (given: unknown[]) => (client.query as (...all: unknown[]) => unknown).apply(client, given)
  const text = textOf(args[0])
  // A cursor or a stream: it is read by whoever made it.
  if (text === undefined) return run(args)
  const span = safely(() => open(text, options, client), undefined)
  if (span === undefined) return run(args)
  const within = trace.setSpan(context.active(), span)
  const last = args.at(-1)
  if (typeof last === 'function') {
    const outside = context.active()
    const callback = (error: unknown, result: unknown) => {
      finish(span, error, result)
      return context.with(outside, () => (last as (error: unknown, result: unknown) => unknown)(error, result))
    }
    return guarded(span, () => context.with(within, run, undefined, [...args.slice(0, -1), callback]))
  }
  const result = guarded(span, () => context.with(within, run, undefined, args))
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') {
    finish(span, undefined, result)
    return result
  }
  return (result as PromiseLike<unknown>).then(
    (value) => {
      finish(span, undefined, value)
      return value
    },
    (error: unknown) => {
      finish(span, error ?? new Error(String(error)), undefined)
      throw error
    },
  )
}

function guarded<T>(span: Span, fn: () => T): T {
  try {
    return fn()
  } catch (error) {
    finish(span, error, undefined)
    throw error
  }
}

function textOf(first: unknown): string | undefined {
  if (typeof first === 'string') return first
  const { text, submit } = (first ?? {}) as { text?: unknown; submit?: unknown }
  return typeof text === 'string' && typeof submit !== 'function' ? text : undefined
}

function open(query: string, options: TrackOptions, client: object): Span {
  const databaseType = options.databaseType ?? 'postgresql'
  const word = /^\s*([a-z]+)/i.exec(query)?.[1]?.toUpperCase()
  const isStep = trace.getSpanContext(context.active()) !== undefined
  const attributes = queryAttributes({
    ...options,
    databaseType,
    query,
    connection: options.connection ?? connectionOf(client),
  })
  if (!isStep) attributes[RUNLENS.executionKind] = 'query'
  return tracer.startSpan(`${word ?? 'query'} ${databaseType}`, {
    kind: SpanKind.CLIENT,
    startTime: toHrTime(now()),
    attributes,
  })
}

/** What a client of `pg` knows of its connection, without the password. */
function connectionOf(client: object): Record<string, unknown> {
  const { host, port, database, user } = client as Record<string, unknown>
  const plain = { host, port, database, user }
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => ['string', 'number'].includes(typeof value)))
}

/** Never throws. */
function finish(span: Span, error: unknown, result: unknown): void {
  try {
    if (error !== undefined && error !== null) fail(span, error)
    else {
      const rows = rowsOf(result)
      if (rows !== undefined) span.setAttribute('db.response.returned_rows', rows)
    }
    span.end(toHrTime(now()))
  } catch (fault) {
    noteFault(fault)
  }
}

/** Errors of the database carry its code (SQLSTATE); the others did not get that far. */
function fail(span: Span, error: unknown): void {
  recordError(span, error)
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return
  span.setAttribute('db.response.status_code', code)
  // 57014: cancelled by a statement timeout, which its message says.
  const isStep = (span as { parentSpanContext?: unknown }).parentSpanContext !== undefined
  if (!/timeout/i.test(errorParts(error).message)) span.setAttribute(statusKey(isStep), 'failed')
}

function rowsOf(result: unknown): number | undefined {
  const { rows, rowCount } = (result ?? {}) as { rows?: unknown; rowCount?: unknown }
  if (Array.isArray(rows)) return rows.length
  return typeof rowCount === 'number' ? rowCount : undefined
}
