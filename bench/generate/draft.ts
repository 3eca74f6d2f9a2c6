/** A request being made up: traces of several services, with slots for everything that differs from one request to the next. */
import { type Attributes, type KeyValue, keyValues } from './any-value.ts'
import type { Random } from './random.ts'
import { spanSlot, textSlot, timeSlot, traceSlot } from './slots.ts'

export const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const

export interface Service {
  resource: Attributes
  scope: { name: string; version: string }
}

export interface Fault {
  type: string
  message: string
}

export interface SpanParts {
  service: Service
  name: string
  kind?: number
  attributes: Attributes
  /** Time of its own, half before its children and half after. */
  workMs: number
  fault?: Fault | undefined
  events?: readonly { name: string; attributes: Attributes }[]
  /** Spans of other traces of the request. */
  links?: readonly SpanRef[]
}

export interface SpanRef {
  trace: number
  span: number
}

/** A number that is written into a text: one of its own in every request, or a random one below a bound. */
export type TextSlot = { kind: 'serial'; serial: number } | { kind: 'random'; below: number }

export interface DraftSpan {
  service: Service
  message: Record<string, unknown>
}

/** Traces end at most this long before they are sent. */
const REST_MS = 40

export class Draft {
  readonly spans: DraftSpan[] = []
  readonly refs: SpanRef[] = []
  /** Nanoseconds before the request is sent, by time slot. */
  readonly timesBefore: number[] = []
  readonly texts: TextSlot[] = []
  traces = 0
  serials = 0
  /** Executions that the traces so far are to become. */
  executions = 0
  readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  /** Eight digits that no other request has. */
  serial(): string {
    this.texts.push({ kind: 'serial', serial: this.serials++ })
    return textSlot(this.texts.length - 1)
  }

  /** Eight digits, anew in every request. */
  digits(below: number): string {
    this.texts.push({ kind: 'random', below })
    return textSlot(this.texts.length - 1)
  }

  /** One trace that is one execution. */
  trace(write: (trace: TraceDraft) => void): void {
    const trace = new TraceDraft(this, this.traces++)
    write(trace)
    trace.close(this.random.unit() * REST_MS)
    this.executions += 1
  }
}

export class TraceDraft {
  private nowMs = 0
  private parent: number | undefined
  private readonly times: { slot: number; atMs: number }[] = []
  private readonly draft: Draft
  private readonly number: number

  constructor(draft: Draft, number: number) {
    this.draft = draft
    this.number = number
  }

  /** One span; those made in `inside` become its children. */
  span(parts: SpanParts, inside?: () => void): SpanRef {
    const { draft } = this
    const ref = { trace: this.number, span: draft.refs.length }
    draft.refs.push(ref)
    const start = this.time()
    const outer = this.parent
    this.parent = ref.span
    this.nowMs += parts.workMs / 2
    inside?.()
    this.nowMs += parts.workMs / 2
    this.parent = outer
    const events = [...(parts.events ?? []), ...(parts.fault ? [exceptionOf(parts.fault)] : [])]
    const message = {
      traceId: traceSlot(ref.trace),
      spanId: spanSlot(ref.span),
      ...(outer === undefined ? {} : { parentSpanId: spanSlot(outer) }),
      name: parts.name,
      kind: parts.kind ?? KIND.internal,
      startTimeUnixNano: start,
      attributes: keyValues({ ...parts.attributes, ...(parts.fault ? { 'error.type': parts.fault.type } : {}) }),
      events: events.map(({ name, attributes }) => ({
        timeUnixNano: this.time(),
        name,
        attributes: keyValues(attributes),
      })),
      endTimeUnixNano: this.time(),
      links: (parts.links ?? []).map(linkTo),
      status: parts.fault ? { code: 2, message: parts.fault.message } : {},
      flags: 0x101,
    }
    // Exporters send a span when it ends: children come before their parent.
    draft.spans.push({ service: parts.service, message })
    return ref
  }

  /** @param restMs how long before the request is sent the trace ends */
  close(restMs: number): void {
    for (const { slot, atMs } of this.times) {
      this.draft.timesBefore[slot] = Math.round((this.nowMs - atMs + restMs) * 1e6)
    }
  }

  private time(): string {
    const slot = this.draft.timesBefore.push(0) - 1
    this.times.push({ slot, atMs: this.nowMs })
    return timeSlot(slot)
  }
}

function linkTo({ trace, span }: SpanRef): { traceId: Buffer; spanId: Buffer; attributes: KeyValue[] } {
  return {
    traceId: traceSlot(trace),
    spanId: spanSlot(span),
    attributes: keyValues({ 'messaging.operation.type': 'receive' }),
  }
}

function exceptionOf({ type, message }: Fault) {
  const frames = ['OrderService.place', 'Pipeline.run', 'Worker.step', 'Server.handle']
  const stack = frames.map((frame, line) => `    at ${frame} (/srv/app/dist/${frame.toLowerCase()}.js:${17 + line}:9)`)
  const attributes = {
    'exception.type': type,
    'exception.message': message,
    'exception.stacktrace': `${type}: ${message}\n${stack.join('\n')}`,
  }
  return { name: 'exception', attributes }
}
