/** Runs as an OTLP/JSON trace request (opentelemetry-proto, JSON Protobuf encoding): hex ids, 64-bit integers as strings. */
import type { DemoRun } from './run.ts'
import type { AttributeValue, BuiltSpan } from './trace-builder.ts'

interface KeyValue {
  key: string
  value: object
}

export interface OtlpRequest {
  resourceSpans: {
    resource: { attributes: KeyValue[] }
    scopeSpans: { scope: { name: string; version?: string }; spans: OtlpSpan[] }[]
  }[]
}

export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: KeyValue[]
  events: { timeUnixNano: string; name: string; attributes: KeyValue[] }[]
  status: { code: number; message?: string }
}

/** One request with the spans of all runs, grouped by who sends them. */
export function toOtlpRequest(runs: readonly DemoRun[]): OtlpRequest {
  const groups = new Map<string, OtlpRequest['resourceSpans'][number]>()
  for (const run of runs) {
    const key = JSON.stringify([run.resource, run.scope])
    let group = groups.get(key)
    if (!group) {
      group = { resource: { attributes: keyValues(run.resource) }, scopeSpans: [{ scope: run.scope, spans: [] }] }
      groups.set(key, group)
    }
    group.scopeSpans[0]!.spans.push(...run.spans.map((span) => toOtlpSpan(span, run.startMs)))
  }
  return { resourceSpans: [...groups.values()] }
}

function toOtlpSpan(span: BuiltSpan, startMs: number): OtlpSpan {
  const at = (ms: number) => nanos(startMs + ms)
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId ? { parentSpanId: span.parentSpanId } : {}),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: at(span.startMs),
    endTimeUnixNano: at(span.endMs),
    attributes: keyValues(span.attributes),
    events: span.exception
      ? [
          {
            timeUnixNano: at(span.exception.atMs),
            name: 'exception',
            attributes: keyValues({
              'exception.type': span.exception.type,
              'exception.message': span.exception.message,
              'exception.stacktrace': `${span.exception.type}: ${span.exception.message}\n    at run (demo.js:1:1)`,
            }),
          },
        ]
      : [],
    status: { code: span.statusCode, ...(span.statusMessage ? { message: span.statusMessage } : {}) },
  }
}

/** Exact to the microsecond: doubles hold today's Unix milliseconds with about that precision. */
function nanos(ms: number): string {
  return `${BigInt(Math.round(ms * 1_000)) * 1_000n}`
}

function keyValues(attributes: Readonly<Record<string, AttributeValue | undefined>>): KeyValue[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  )
}

function anyValue(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  return { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } }
}
