/** Stored spans back to OTLP/JSON: what was sent comes back, gathered by resource and scope. */
import type { ValueTypeCode } from '@runlens/conventions'
import type { KeyValue } from '../any-value.ts'
import { parseValue } from '../values/parse-value.ts'
import type { ResourceSpans, Span, SpanEvent, SpanLink, TracesData } from './traces-data.ts'

/** `[key, text]` in the order sent; a key may occur twice. */
export type StoredAttributes = readonly (readonly [string, string])[]

export interface StoredEvent {
  /** Nanoseconds since the epoch, in decimal. */
  time: string
  name: string
  attributes: StoredAttributes
  attribute_types: string
  dropped_attributes_count: number
}

export interface StoredLink {
  trace_id: string
  span_id: string
  trace_state: string
  flags: number
  attributes: StoredAttributes
  attribute_types: string
  dropped_attributes_count: number
}

/** What of a row of the `spans` table came with the span. Ids are hexadecimal; absent is '', an all-zero id, or 0. */
export interface StoredSpan {
  trace_id: string
  span_id: string
  parent_span_id: string
  trace_state: string
  flags: number
  name: string
  kind: number
  /** Nanoseconds since the epoch, in decimal. */
  started_at: string
  /** '0' while the span has not ended. */
  ended_at: string
  status_code: number
  status_message: string
  attributes: StoredAttributes
  /** One value type code per attribute. */
  attribute_types: string
  dropped_attributes_count: number
  events: readonly StoredEvent[]
  dropped_events_count: number
  links: readonly StoredLink[]
  dropped_links_count: number
  scope_name: string
  scope_version: string
  scope_schema_url: string
  scope_attributes: StoredAttributes
  scope_attribute_types: string
  scope_dropped_attributes_count: number
  resource_schema_url: string
  resource_attributes: StoredAttributes
  resource_attribute_types: string
  resource_dropped_attributes_count: number
}

/** Spans in the order given; resources and scopes in the order of their first span. */
export function encodeTraces(spans: readonly StoredSpan[]): TracesData {
  const resources = new Map<string, { entry: ResourceSpans; scopes: Map<string, Span[]> }>()
  for (const span of spans) {
    const key = resourceKey(span)
    let resource = resources.get(key)
    if (!resource) {
      resource = { entry: resourceSpans(span), scopes: new Map() }
      resources.set(key, resource)
    }
    const scope = scopeKey(span)
    let siblings = resource.scopes.get(scope)
    if (!siblings) {
      siblings = []
      resource.scopes.set(scope, siblings)
      resource.entry.scopeSpans.push(scopeSpans(span, siblings))
    }
    siblings.push(encodeSpan(span))
  }
  return { resourceSpans: [...resources.values()].map(({ entry }) => entry) }
}

function resourceKey(span: StoredSpan): string {
  return JSON.stringify([
    span.resource_schema_url,
    span.resource_attributes,
    span.resource_attribute_types,
    span.resource_dropped_attributes_count,
  ])
}

function scopeKey(span: StoredSpan): string {
  return JSON.stringify([
    span.scope_name,
    span.scope_version,
    span.scope_schema_url,
    span.scope_attributes,
    span.scope_attribute_types,
    span.scope_dropped_attributes_count,
  ])
}

function resourceSpans(span: StoredSpan): ResourceSpans {
  return {
    resource: attributes(
      span.resource_attributes,
      span.resource_attribute_types,
      span.resource_dropped_attributes_count,
    ),
    scopeSpans: [],
    ...present('schemaUrl', span.resource_schema_url),
  }
}

function scopeSpans(span: StoredSpan, spans: Span[]): ResourceSpans['scopeSpans'][number] {
  return {
    scope: {
      ...present('name', span.scope_name),
      ...present('version', span.scope_version),
      ...attributes(span.scope_attributes, span.scope_attribute_types, span.scope_dropped_attributes_count),
    },
    spans,
    ...present('schemaUrl', span.scope_schema_url),
  }
}

function encodeSpan(span: StoredSpan): Span {
  const status = { ...present('code', span.status_code), ...present('message', span.status_message) }
  return {
    traceId: span.trace_id.toLowerCase(),
    spanId: span.span_id.toLowerCase(),
    ...present('parentSpanId', presentId(span.parent_span_id)),
    ...present('traceState', span.trace_state),
    ...present('flags', span.flags),
    name: span.name,
    ...present('kind', span.kind),
    startTimeUnixNano: span.started_at,
    ...(span.ended_at === '0' ? {} : { endTimeUnixNano: span.ended_at }),
    ...attributes(span.attributes, span.attribute_types, span.dropped_attributes_count),
    ...(span.events.length > 0 ? { events: span.events.map(encodeEvent) } : {}),
    ...present('droppedEventsCount', span.dropped_events_count),
    ...(span.links.length > 0 ? { links: span.links.map(encodeLink) } : {}),
    ...present('droppedLinksCount', span.dropped_links_count),
    ...(Object.keys(status).length > 0 ? { status } : {}),
  }
}

function encodeEvent(event: StoredEvent): SpanEvent {
  return {
    ...(event.time === '0' ? {} : { timeUnixNano: unsigned(event.time) }),
    ...present('name', event.name),
    ...attributes(event.attributes, event.attribute_types, event.dropped_attributes_count),
  }
}

function encodeLink(link: StoredLink): SpanLink {
  return {
    ...present('traceId', presentId(link.trace_id)),
    ...present('spanId', presentId(link.span_id)),
    ...present('traceState', link.trace_state),
    ...present('flags', link.flags),
    ...attributes(link.attributes, link.attribute_types, link.dropped_attributes_count),
  }
}

function attributes(
  stored: StoredAttributes,
  types: string,
  dropped: number,
): { attributes?: KeyValue[]; droppedAttributesCount?: number } {
  const pairs = stored.map(([key, text], index) => ({
    key,
    value: parseValue((types[index] ?? 's') as ValueTypeCode, text),
  }))
  return { ...(pairs.length > 0 ? { attributes: pairs } : {}), ...present('droppedAttributesCount', dropped) }
}

/** `{name: value}`, or nothing where the value is its field's default. */
function present<Name extends string, Value extends string | number>(
  name: Name,
  value: Value,
): { [key in Name]?: Value } {
  return (value === '' || value === 0 ? {} : { [name]: value }) as { [key in Name]?: Value }
}

/** '' for an id that is all zero. */
function presentId(id: string): string {
  return /^0*$/.test(id) ? '' : id.toLowerCase()
}

/** A time of an event beyond the year 2262 has overflown ClickHouse's signed nanoseconds; this is the number that was sent. */
function unsigned(nanoseconds: string): string {
  return nanoseconds.startsWith('-') ? BigInt.asUintN(64, BigInt(nanoseconds)).toString() : nanoseconds
}
