/** Traces as OTLP/JSON writes them. Fields at their default are left out, as in protobuf's JSON mapping. */
import type { KeyValue } from '../any-value.ts'

export interface TracesData {
  resourceSpans: ResourceSpans[]
}

export interface ResourceSpans {
  resource: Resource
  scopeSpans: ScopeSpans[]
  schemaUrl?: string
}

export interface Resource {
  attributes?: KeyValue[]
  droppedAttributesCount?: number
}

export interface ScopeSpans {
  scope: Scope
  spans: Span[]
  schemaUrl?: string
}

export interface Scope {
  name?: string
  version?: string
  attributes?: KeyValue[]
  droppedAttributesCount?: number
}

export interface Span {
  /** Ids in lower-case hexadecimal. */
  traceId: string
  spanId: string
  parentSpanId?: string
  traceState?: string
  flags?: number
  name: string
  kind?: number
  /** Nanoseconds since the epoch, in decimal. */
  startTimeUnixNano: string
  endTimeUnixNano?: string
  attributes?: KeyValue[]
  droppedAttributesCount?: number
  events?: SpanEvent[]
  droppedEventsCount?: number
  links?: SpanLink[]
  droppedLinksCount?: number
  status?: { code?: number; message?: string }
}

export interface SpanEvent {
  timeUnixNano?: string
  name?: string
  attributes?: KeyValue[]
  droppedAttributesCount?: number
}

export interface SpanLink {
  traceId?: string
  spanId?: string
  traceState?: string
  flags?: number
  attributes?: KeyValue[]
  droppedAttributesCount?: number
}
