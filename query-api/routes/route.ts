/** What a route is: one value that gives validation, types, the handler and its part of the OpenAPI document. */
import type { Registry } from '@runlens/runtime'
import type { z } from 'zod'
import type { ProblemCode } from '../problem-codes.ts'
import type { Scope } from '../questions/question.ts'
import type { Runner } from '../run.ts'

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
  /** Why the server can't answer questions yet; null when it can. */
  notReady: () => Promise<ReadinessFault | null>
  /** The process's own figures, as Prometheus reads them. */
  metrics: Pick<Registry, 'metrics' | 'contentType'>
}

export interface ReadinessFault {
  code: ProblemCode
  detail: string
}

export interface Asked<Path, Query> {
  path: Path
  query: Query
  /** `attr.<key>` parameters, where the route takes them. */
  attributes: readonly { key: string; value: string }[]
  /** From the credential. */
  scope: Scope
  /** Aborted when the client went away. */
  signal: AbortSignal
  services: Services
}

export type Answer =
  | {
      json: unknown
      /** What the ETag is computed from, where a part of the body (the time of asking) says nothing new. */
      identity?: unknown
      headers?: Readonly<Record<string, string>>
    }
  | { html: string; contentSecurityPolicy: string }
  | { text: string; contentType: string }
  | { redirect: string }

interface RouteShape<Path extends z.ZodObject, Query extends z.ZodObject> {
  /** As OpenAPI writes it: `/api/v1/traces/{trace_id}`. */
  path: string
  id: string
  tag: 'Executions' | 'Observability' | 'Operation'
  summary: string
  description?: string
  parameters: Path
  query: Query
  /** Also takes `attr.<key>`. */
  attributes?: true
  /** What a 200 holds; undefined for pages and redirects. */
  answer?: z.ZodType
  problems: readonly ProblemCode[]
  handle: (asked: Asked<z.output<Path>, z.output<Query>>) => Promise<Answer> | Answer
}

/** A route whose handler's types are checked already. */
export type Route = Omit<RouteShape<z.ZodObject, z.ZodObject>, 'handle'> & {
  handle: (asked: Asked<unknown, unknown>) => Promise<Answer> | Answer
}

/** Declares a route: the handler gets what its schemas let through. */
export function route<Path extends z.ZodObject, Query extends z.ZodObject>(shape: RouteShape<Path, Query>): Route {
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
