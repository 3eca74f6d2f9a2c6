/** Sends runs to a collector as any OTLP/HTTP exporter does: protobuf, gzip, batches, and patience when it is told to come back. */
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { TRACES } from '@runlens/otlp'
import { RunlensError, systemErrorCode } from '@runlens/runtime'
import { type OtlpRequest, toOtlpRequest } from './otlp-json.ts'
import type { DemoRun } from './run.ts'

export interface Sent {
  requests: number
  spans: number
  /** Spans the collector said it can't store. */
  rejected: number
  /** Requests that had to be sent again. */
  resends: number
}

export interface SenderOptions {
  /** Base URL of OTLP/HTTP, without `/v1/traces`. */
  endpoint: string
  /** Sent with every request, for a collector that asks who sends. */
  headers?: Readonly<Record<string, string>>
  signal: AbortSignal
  /** How long one request is tried before giving up. Default 60 000. */
  patienceMs?: number
  /** Told once, when a request has to be tried again for the first time. */
  waiting?: (why: string) => void
  /** How it waits between two tries. Default: for real. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

export interface Sender {
  /** Durable at the collector when it resolves. @throws RunlensError `collector_unreachable` or `collector_refused` */
  send: (runs: readonly DemoRun[]) => Promise<void>
  readonly sent: Readonly<Sent>
}

type Outcome =
  | { kind: 'accepted'; rejected: number }
  | { kind: 'later'; afterMs: number; why: string }
  | { kind: 'refused'; why: string }

const NEEDS_KEY = 'wants a key of role ingest (OTEL_EXPORTER_OTLP_HEADERS="x-api-key=<key>")'
const FIRST_PAUSE_MS = 250
const PAUSE_MS_MAX = 5_000
const REQUEST_TIMEOUT_MS = 30_000
/** How long a request that is under way may take once it is to end: what the collector took is to be counted. */
const LAST_REQUEST_MS = 2_000
/** Answers after which the same request may succeed (OTLP 1.11, "Retryable Response Codes"). */
const RETRYABLE = [429, 502, 503, 504]

export function createSender({
  endpoint,
  headers = {},
  signal,
  patienceMs = 60_000,
  waiting,
  pause = wait,
}: SenderOptions): Sender {
  const sent: Sent = { requests: 0, spans: 0, rejected: 0, resends: 0 }
  const hurry = new AbortController()
  const abort = () => void setTimeout(() => hurry.abort(signal.reason), LAST_REQUEST_MS).unref()
  signal.addEventListener('abort', abort, { once: true })
  const url = `${endpoint.replace(/\/+$/, '')}${TRACES.path}`
  return {
    sent,
    send: async (runs) => {
      const body = await promisify(gzip)(encodeRequest(toOtlpRequest(runs)))
      const until = Date.now() + patienceMs
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
        signal.throwIfAborted()
        const outcome = await post(url, body, headers, hurry.signal)
        if (outcome.kind === 'refused') throw refused(url, outcome.why)
        if (outcome.kind === 'accepted') {
          sent.requests++
          sent.spans += runs.reduce((sum, run) => sum + run.spans.length, 0)
          sent.rejected += outcome.rejected
          return
        }
        if (Date.now() >= until) throw unreachable(url, outcome.why)
        if (sent.resends++ === 0) waiting?.(outcome.why)
        await pause(Math.max(outcome.afterMs, pauseMs), signal)
      }
    },
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal })
}

/** The request in protobuf: OTLP/JSON's hex ids become bytes. */
export function encodeRequest(request: OtlpRequest): Uint8Array {
  const bytes = (hex: string) => Buffer.from(hex, 'hex')
  const message = TRACES.request.fromObject({
    resourceSpans: request.resourceSpans.map(({ resource, scopeSpans }) => ({
      resource,
      scopeSpans: scopeSpans.map(({ scope, spans }) => ({
        scope,
        spans: spans.map((span) => ({
          ...span,
          traceId: bytes(span.traceId),
          spanId: bytes(span.spanId),
          ...(span.parentSpanId ? { parentSpanId: bytes(span.parentSpanId) } : {}),
        })),
      })),
    })),
  })
  return TRACES.request.encode(message).finish()
}

async function post(
  url: string,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Outcome> {
  let answer: Response
  let content: Buffer
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
        'user-agent': 'runlens-demo',
      },
      body: new Uint8Array(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    })
    content = Buffer.from(await answer.arrayBuffer())
  } catch (error) {
    signal.throwIfAborted()
    const cause = error instanceof Error ? error.cause : undefined
    return { kind: 'later', afterMs: 0, why: systemErrorCode(cause) ?? String(error) }
  }
  if (answer.status === 200) return { kind: 'accepted', rejected: readRejected(content) }
  if (answer.status === 401 || answer.status === 403) return { kind: 'refused', why: NEEDS_KEY }
  const why = `answered ${answer.status}`
  if (!RETRYABLE.includes(answer.status)) return { kind: 'refused', why }
  return { kind: 'later', afterMs: Number(answer.headers.get('retry-after') ?? 0) * 1_000 || 0, why }
}

function readRejected(content: Buffer): number {
  const response = TRACES.response.toObject(TRACES.response.decode(content), { longs: Number })
  return Number(response.partialSuccess?.[TRACES.rejectedField] ?? 0)
}

function unreachable(url: string, why: string): RunlensError {
  return new RunlensError(
    'collector_unreachable',
    `No collector took the spans at ${url}: ${why}`,
    'Start the stack (npm start), or name another collector with --endpoint http://host:4318.',
  )
}

function refused(url: string, why: string): RunlensError {
  return new RunlensError(
    'collector_refused',
    `${url} ${why}, so it will never take these spans`,
    'Check with --endpoint that this is the OTLP/HTTP port of a Runlens collector (4318), not another server.',
  )
}
