/** The span processor: encodes spans when they end, tells of native ones while they run, and sends both in small requests. */
import type { Span } from '@opentelemetry/api'
import type { Delivered, Sending } from '../hub.ts'
import { noteFault } from '../hub.ts'
import { writeMarker } from './encode/log-record.ts'
import type { ReadableSpan } from './encode/readable-span.ts'
import { writeSpan } from './encode/span.ts'
import { OpenSpans } from './open-spans.ts'
import type { Counters } from './send/counters.ts'
import type { Outbox } from './send/outbox.ts'

const SAMPLED = 1

export interface ProcessorOptions {
  traces: Outbox
  /** Absent: nothing is told before a span ends. */
  markers: Outbox | undefined
  heartbeatMs: number
  /** How long `forceFlush` and `shutdown` wait. */
  flushTimeoutMs: number
}

export interface ProcessorStats {
  spans: Readonly<Counters>
  markers: Readonly<Counters> | undefined
  /** Records that are not acknowledged yet. */
  pending: number
  /** Native spans of which only the end is told, because too many were open. */
  unwatched: number
}

/** Fits the `SpanProcessor` interface of the 2.x and of the 3.x line. */
export class RunlensSpanProcessor implements Sending {
  private readonly options: ProcessorOptions
  private readonly open: OpenSpans

  constructor(options: ProcessorOptions) {
    this.options = options
    const { markers, heartbeatMs } = options
    this.open = new OpenSpans({
      heartbeatMs,
      tell:
        markers &&
        ((event, span, atMs) =>
          markers.add(span.resource, span.instrumentationScope, writeMarker, { event, span, atMs })),
    })
  }

  onStart(span: unknown): void {
    this.open.started(span as ReadableSpan)
  }

  onEnd(span: ReadableSpan): void {
    const { traces } = this.options
    this.open.ended(span)
    if ((span.spanContext().traceFlags & SAMPLED) === 0) return
    try {
      traces.add(span.resource, span.instrumentationScope, writeSpan, span)
    } catch (error) {
      traces.counters.broken++
      noteFault(error)
    }
  }

  updated(span: Span): void {
    this.open.updated(span as unknown as ReadableSpan)
  }

  /** Native spans that have not ended, innermost first. */
  openSpans(): ReadableSpan[] {
    return this.open.all()
  }

  /** Spans that are not acknowledged yet. */
  get pendingSpans(): number {
    return this.options.traces.pending
  }

  /** Bodies of the requests that are not acknowledged yet, for a last try by other means. */
  takeSpans(): Uint8Array[] {
    return this.options.traces.bodies()
  }

  get droppedSpans(): number {
    return this.options.traces.counters.dropped
  }

  /** Only spans are waited for: marker records are worth nothing once the spans are there. */
  deliver(timeoutMs: number, droppedBefore?: number): Promise<Delivered> {
    return this.options.traces.deliver(timeoutMs, droppedBefore)
  }

  async forceFlush(): Promise<void> {
    await this.deliver(this.options.flushTimeoutMs)
  }

  async shutdown(): Promise<void> {
    await this.forceFlush()
    this.open.stop()
    this.options.markers?.stop()
    this.options.traces.stop()
  }

  stats(): ProcessorStats {
    const { traces, markers } = this.options
    return {
      spans: { ...traces.counters },
      markers: markers && { ...markers.counters },
      pending: traces.pending + (markers?.pending ?? 0),
      unwatched: this.open.unwatched,
    }
  }
}
