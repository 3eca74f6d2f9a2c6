/** An export request as protobufjs objects, and these as JSONEachRow: every value becomes a JavaScript string on the way. */
import { TRACES } from '@runlens/otlp'

interface Value {
  stringValue?: string
  intValue?: { toString(): string }
  doubleValue?: number
  boolValue?: boolean
  arrayValue?: unknown
  kvlistValue?: unknown
}
type Attributes = { key: string; value: Value | null }[]

interface Span {
  traceId: Uint8Array
  spanId: Uint8Array
  parentSpanId: Uint8Array
  name: string
  kind: number
  startTimeUnixNano: { toString(): string }
  endTimeUnixNano: { toString(): string }
  attributes: Attributes
  events: { timeUnixNano: { toString(): string }; name: string; attributes: Attributes }[]
  links: { traceId: Uint8Array; spanId: Uint8Array; attributes: Attributes }[]
  status: { code: number; message: string } | null
}

interface Request {
  resourceSpans: {
    resource: { attributes: Attributes }
    scopeSpans: { scope: { name: string; version: string }; spans: Span[] }[]
  }[]
}

export function toJsonRows(body: Buffer): Buffer {
  const request = TRACES.request.decode(body) as unknown as Request
  const lines: string[] = []
  for (const { resource, scopeSpans } of request.resourceSpans) {
    const resource_attributes = mapOf(resource.attributes)
    for (const { scope, spans } of scopeSpans) {
      for (const span of spans) lines.push(JSON.stringify(rowOf(span, scope, resource_attributes)))
    }
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

function rowOf(span: Span, scope: { name: string; version: string }, resource_attributes: Record<string, string>) {
  return {
    tenant: 'default',
    trace_id: hex(span.traceId),
    span_id: hex(span.spanId),
    parent_span_id: hex(span.parentSpanId),
    name: span.name,
    kind: span.kind,
    started_at: span.startTimeUnixNano.toString(),
    ended_at: span.endTimeUnixNano.toString(),
    status_code: span.status?.code ?? 0,
    status_message: span.status?.message ?? '',
    attributes: mapOf(span.attributes),
    'events.time': span.events.map(({ timeUnixNano }) => timeUnixNano.toString()),
    'events.name': span.events.map(({ name }) => name),
    'events.attributes': span.events.map(({ attributes }) => mapOf(attributes)),
    'links.trace_id': span.links.map(({ traceId }) => hex(traceId)),
    'links.span_id': span.links.map(({ spanId }) => hex(spanId)),
    'links.attributes': span.links.map(({ attributes }) => mapOf(attributes)),
    scope_name: scope.name,
    scope_version: scope.version,
    service: resource_attributes['service.name'],
    resource_attributes,
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

function mapOf(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, textOf(value)]))
}

/** protobufjs gives unset members their defaults by the prototype, so what is set is an own property. */
function textOf(value: Value | null): string {
  if (value === null) return ''
  for (const member of ['stringValue', 'intValue', 'doubleValue', 'boolValue'] as const) {
    if (Object.hasOwn(value, member)) return String(value[member])
  }
  return JSON.stringify(value.arrayValue ?? value.kvlistValue ?? '')
}
