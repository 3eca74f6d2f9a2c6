/** Query tracking: tells of a database query that has run, as the program that ran it knows it. */
import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { RUNLENS } from '@runlens/conventions'
import { now } from '../clock.ts'
import { tracer } from '../execution/tracer.ts'
import { type Delivered, hub, noteFault, safely } from '../hub.ts'
import { redactText } from '../payload/redact.ts'
import { type QueryFields, type QueryStatus, queryAttributes, statusKey } from './fields.ts'

export interface TrackedQuery extends QueryFields {
  /** @default success, or error if there is an error message or type */
  status?: QueryStatus
  /** Seconds. Of this, `startedAt` and `completedAt` two are enough; with none it took no time. */
  executionTime?: number
  startedAt?: Date | number
  completedAt?: Date | number
  errorMessage?: string
  errorType?: string
}

export type Logged = Delivered & {
  /** By which the API knows it; '' if nothing was recorded. */
  executionId: string
}

/** A query that has not ended. */
export interface RunningQuery {
  executionId: string
  /** As `logExecution`, with what is known by now. */
  end(more?: TrackedQuery, options?: { timeoutMs?: number }): Promise<Logged>
  /** As `logExecutionBackground`. */
  endBackground(more?: TrackedQuery): void
}

const TIMEOUT_MS = 10_000

export const tracker = {
  /**
   * Records the query and resolves when the collector has acknowledged it, or says why not. Never rejects.
   * @param timeoutMs how long to wait; then it is `pending` and still being sent. Default 10 000
   */
  logExecution: (query: TrackedQuery, options?: { timeoutMs?: number }): Promise<Logged> =>
    begin(query).end({}, options),

  /** Records the query and returns at once; it is sent with what else there is. Never throws. Gives the execution's id. */
  logExecutionBackground(query: TrackedQuery): string {
    const begun = begin(query)
    begun.endBackground()
    return begun.executionId
  },

  /** Tells of a query that runs: call `end` or `endBackground` with what is known by then. Never throws. */
  startExecution: (query: QueryFields & Pick<TrackedQuery, 'startedAt'>): RunningQuery => begin(query),
}

function begin(query: TrackedQuery): RunningQuery {
  const droppedBefore = hub.sending?.droppedSpans
  const open = safely(() => openQuery(query), undefined)
  const finish = (more: TrackedQuery) =>
    safely(() => open !== undefined && closeQuery(open, { ...query, ...more }, more), false)
  const executionId = open?.executionId ?? ''
  return {
    executionId,
    endBackground: (more = {}) => void finish(more),
    end: async (more = {}, { timeoutMs = TIMEOUT_MS } = {}) => {
      const isSent = finish(more)
      const why = open === undefined ? hub.lastFault : 'nothing records spans, or this one was not sampled'
      if (!isSent) return { kind: 'dropped', why, executionId }
      try {
        return { ...(await deliver(timeoutMs, droppedBefore)), executionId }
      } catch (error) {
        noteFault(error)
        return { kind: 'unknown', why: String(error), executionId }
      }
    },
  }
}

/** Without the SDK half, whoever provides spans is asked to send them; whether that worked nobody says. */
async function deliver(timeoutMs: number, droppedBefore: number | undefined): Promise<Delivered> {
  if (hub.sending !== undefined) return hub.sending.deliver(timeoutMs, droppedBefore)
  type Flushing = { forceFlush?: () => Promise<void>; getDelegate?: () => Flushing }
  const provider = trace.getTracerProvider() as Flushing
  await (provider.getDelegate?.() ?? provider).forceFlush?.()
  return { kind: 'unknown', why: 'another SDK sends it' }
}

interface OpenQuery {
  span: Span
  startMs: number
  executionId: string
  isStep: boolean
}

function openQuery(query: TrackedQuery): OpenQuery {
  const isStep = trace.getSpanContext(context.active()) !== undefined
  const attributes = queryAttributes(query)
  // Below another execution it is a step of that one, which view A counts as well.
  // Named a step: a database that nobody names would make it a plain span.
  attributes[isStep ? RUNLENS.stepType : RUNLENS.executionKind] = isStep ? 'db' : 'query'
  const { startMs } = times(query)
  const span = tracer.startSpan(nameOf(query), { kind: SpanKind.CLIENT, startTime: startMs, attributes })
  const executionId = idOf(span, isStep)
  if (!isStep) span.setAttribute(RUNLENS.executionId, executionId)
  return { span, startMs, executionId, isStep }
}

/** Gives whether the span will be sent. Once: later calls change nothing. */
function closeQuery({ span, startMs, isStep }: OpenQuery, query: TrackedQuery, more: TrackedQuery): boolean {
  const isSent = span.isRecording() && (span.spanContext().traceFlags & 1) === 1
  if (!span.isRecording()) return false
  span.setAttributes(queryAttributes(more))
  putStatus(span, query, isStep)
  // From the start that was told, so that it takes exactly as long as the program says.
  span.end(times({ ...query, startedAt: query.startedAt ?? startMs }).endMs)
  return isSent
}

/** As the server calls it. */
function idOf(span: Span, isStep: boolean): string {
  const { traceId, spanId } = span.spanContext()
  return isStep ? `${traceId}-${spanId}` : traceId
}

function putStatus(span: Span, query: TrackedQuery, isStep: boolean): void {
  const { errorMessage, errorType, status = errorMessage || errorType ? undefined : 'success' } = query
  if (status !== undefined) span.setAttribute(statusKey(isStep), status)
  const message = errorMessage === undefined ? undefined : redactText(errorMessage.slice(0, 4_096))
  if (errorType !== undefined) span.setAttribute('error.type', errorType)
  if (message !== undefined) span.setAttribute('error.message', message)
  if (message === undefined && errorType === undefined && status === 'success') return
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) })
}

function times({ startedAt, completedAt, executionTime }: TrackedQuery): { startMs: number; endMs: number } {
  const tookMs = executionTime === undefined ? undefined : executionTime * 1000
  const endMs = completedAt !== undefined ? Number(completedAt) : undefined
  if (startedAt !== undefined) {
    const startMs = Number(startedAt)
    return { startMs, endMs: Math.max(startMs, endMs ?? startMs + (tookMs ?? Math.max(0, now() - startMs))) }
  }
  const end = endMs ?? now()
  return { startMs: end - Math.max(0, tookMs ?? 0), endMs: end }
}

function nameOf({ databaseType, query }: TrackedQuery): string {
  const word = /^\s*([a-z]+)/i.exec(query ?? '')?.[1]?.toUpperCase()
  return [word, databaseType].filter((one) => one !== undefined).join(' ') || 'query'
}
