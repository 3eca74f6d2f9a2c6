/** What a route is: one value that gives validation, types, the handler and its part of the OpenAPI document. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Explainer } from '@runlens/mapping'
import type { Registry } from '@runlens/runtime'
import type { z } from 'zod'
import type { Access } from '../access/access.ts'
import type { Caller } from '../access/caller.ts'
import type { CollectorFigures } from '../collector-figures.ts'
import type { SendOtlp } from '../history/send-otlp.ts'
import type { Live } from '../live/live.ts'
import type { ProblemCode } from '../problem-codes.ts'
import type { SavedView } from '../questions/core/saved-views.ts'
import type { Scope } from '../questions/question.ts'
import type { StoredRetention } from '../questions/retention/stored-retention.ts'
import type { Runner } from '../run.ts'
import type { SmallState } from '../small-state.ts'
import type { BeginSync } from '../sync/begin-sync.ts'

/** What handlers work with; made once. */
export interface Services {
  runner: Runner
  /** Milliseconds since the epoch. */
  now: () => number
  /** Spans of a trace that are read at most. */
  spansPerTraceMax: number
  /** Bytes of an input or output that settling keeps. */
  payloadBytesMax: number
  /** How long a candidate waits for its ancestors. */
  candidateTimeoutMs: number
  /** How long an execution without any heartbeat may stay queued or running before it is lost. */
  lostAfterMs: number
  /** Tells what payloads become, with the profiles of the configuration. */
  explainer: Explainer
  /** Credentials, keys, limits; handlers get what they need of it as `caller` and `scope`. */
  access: Access
  /** Why the server can't answer questions yet; null when it can. */
  notReady: () => Promise<ReadinessFault | null>
  /** What the collector says of itself; null when it does not answer. */
  collector: () => Promise<CollectorFigures | null>
  savedViews: SmallState<SavedView>
  retentionRules: SmallState<StoredRetention>
  /** The process's own figures, as Prometheus reads them. */
  metrics: Pick<Registry, 'metrics' | 'contentType'>
  live: Live
  /** Writes telemetry for a tenant. */
  sendOtlp: SendOtlp
  /** Environments with an n8n server. */
  syncEnvironments: ReadonlyMap<string, string>
  beginSync: BeginSync
}

export interface ReadinessFault {
  code: ProblemCode
  detail: string
}

export interface Asked<Path, Query, Body = undefined> {
  path: Path
  query: Query
  /** What the route's schema let through; undefined where it takes none. */
  body: Body
  /** `attr.<key>` parameters, where the route takes them. */
  attributes: readonly { key: string; value: string }[]
  /** Who asks, from the credential. */
  caller: Caller
  /** Whose rows the caller may see. */
  scope: Scope
  /** As node gives them, for `Last-Event-ID` and the like; never for credentials, which `caller` stands for. */
  headers: IncomingHttpHeaders
  /** Aborted when the client went away. */
  signal: AbortSignal
  services: Services
}

export type Answer =
  | {
      json: unknown
      /** Default: the route's `status`. */
      status?: number
      /** What the ETag is computed from, where a part of the body (the time of asking) says nothing new. */
      identity?: unknown
      headers?: Readonly<Record<string, string>>
    }
  | { html: string; contentSecurityPolicy: string }
  | { text: string; contentType: string }
  | StreamedAnswer
  /** 204, for what was done and has nothing to say. */
  | { empty: true }
  | { redirect: string }

/** An answer whose end is not known when it begins: an export, a stream of events. */
export interface StreamedAnswer {
  contentType: string
  headers?: Readonly<Record<string, string>>
  /**
   * Read one by one, the next only when the client took the last (back-pressure); `return()` is called when it went away. Once the first came the
   * answer is 200, so what can be refused must be refused before.
   */
  chunks: AsyncIterable<string | Uint8Array>
}

/** Chapters of the document, in its order. */
export const TAGS = [
  'Executions',
  'Query tracking',
  'Observability',
  'Workflow history',
  'Monitoring',
  'Metrics',
  'Errors',
  'Live',
  'Administration',
  'Operation',
] as const
export type Tag = (typeof TAGS)[number]

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const
export type Method = (typeof METHODS)[number]

interface RouteShape<Path extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> {
  /** Default: `get`. */
  method?: Method
  /** As OpenAPI writes it: `/api/v1/traces/{trace_id}`. */
  path: string
  id: string
  tag: Tag
  summary: string
  description?: string
  parameters: Path
  query: Query
  /** Also takes `attr.<key>`. */
  attributes?: true
  /** Also takes a credential as `session_token`, in the query or the body. It is taken out before the schemas see it. */
  sessionToken?: true
  /** Also takes `?ticket=`, for connections that a browser opens without headers. The same holds for it. */
  ticket?: true
  /** What the JSON in the body must be; without it a body is not read. */
  body?: Body
  /** Of an answer that is JSON; default 200. */
  status?: 200 | 201 | 202
  /** What a success holds; undefined for pages, redirects, streams and 204. */
  answer?: z.ZodType
  /** Of a success that is neither JSON nor a page. */
  contentTypes?: readonly string[]
  problems: readonly ProblemCode[]
  handle: (asked: Asked<z.output<Path>, z.output<Query>, z.output<Body>>) => Promise<Answer> | Answer
}

/** A route whose handler's types are checked already. */
export type Route = Omit<RouteShape<z.ZodObject, z.ZodObject, z.ZodType>, 'handle'> & {
  handle: (asked: Asked<unknown, unknown, unknown>) => Promise<Answer> | Answer
}

/** Declares a route: the handler gets what its schemas let through. */
export function route<Path extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType = z.ZodUndefined>(
  shape: RouteShape<Path, Query, Body>,
): Route {
  return shape as unknown as Route
}

/** What any question to ClickHouse may end with. */
export const QUESTION_PROBLEMS = [
  'clickhouse_unreachable',
  'schema_missing',
  'too_busy',
  'query_too_large',
  'query_timeout',
] as const satisfies readonly ProblemCode[]
