/** Builds the spans of one trace by telling its story: what happens inside a span advances the clock. */
import type { Random } from './random.ts'

export type AttributeValue = string | number | boolean | readonly string[]
/** Undefined values are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>

/** `SpanKind` of opentelemetry/proto/trace/v1/trace.proto. */
export const SPAN_KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const
/** `Status.StatusCode` of the same file. */
export const STATUS_CODE = { unset: 0, ok: 1, error: 2 } as const

export interface Fault {
  type: string
  message: string
}

export interface BuiltSpan {
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  name: string
  kind: number
  /** Milliseconds from the start of the run. */
  startMs: number
  endMs: number
  attributes: Record<string, AttributeValue | undefined>
  statusCode: number
  statusMessage: string
  exception: (Fault & { atMs: number }) | undefined
}

export interface SpanOptions {
  name: string
  /** Default internal. */
  kind?: number
  attributes?: Attributes
  /** Time spent in the span itself, beside its children. Default 0. */
  workMs?: number
}

export class TraceBuilder {
  readonly spans: BuiltSpan[] = []
  readonly traceId: string
  private readonly random: Random
  private nowMs: number
  private parent: BuiltSpan | undefined

  constructor(random: Random, startMs = 0) {
    this.random = random
    this.traceId = random.hex(16)
    this.nowMs = startMs
  }

  /** Milliseconds from the start of the run. */
  get now(): number {
    return this.nowMs
  }

  /** Lets time pass. */
  wait(ms: number): void {
    this.nowMs += ms
  }

  /** One span; spans opened in `inside` become its children. Returns it, ended. */
  span(options: SpanOptions, inside?: (span: BuiltSpan) => void): BuiltSpan {
    const outer = this.parent
    const span: BuiltSpan = {
      traceId: this.traceId,
      spanId: this.random.hex(8),
      parentSpanId: outer?.spanId,
      name: options.name,
      kind: options.kind ?? SPAN_KIND.internal,
      startMs: this.nowMs,
      endMs: this.nowMs,
      attributes: { ...options.attributes },
      statusCode: STATUS_CODE.unset,
      statusMessage: '',
      exception: undefined,
    }
    this.parent = span
    this.nowMs += (options.workMs ?? 0) / 2
    inside?.(span)
    this.nowMs += (options.workMs ?? 0) / 2
    this.parent = outer
    span.endMs = this.nowMs
    // Exporters send a span when it ends: children come before their parent.
    this.spans.push(span)
    return span
  }

  /** Marks a span that is still open as broken, with an exception event. */
  fail(span: BuiltSpan, fault: Fault): void {
    span.statusCode = STATUS_CODE.error
    span.statusMessage = fault.message
    span.exception = { ...fault, atMs: this.nowMs }
  }
}
