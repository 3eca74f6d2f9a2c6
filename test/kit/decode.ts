/** What protobufjs finds in a request, in the form in which `readTape` tells a tape: the oracle of the tape's tests. */
import { type AnyValue, type KeyValue, LOGS, MESSAGES, type Signal, TRACES } from '@runlens/otlp'
import { NOW_MS } from './requests.ts'
import type { ReadLog, ReadResource, ReadScope, ReadSpan } from './tape.ts'

export interface Decoded {
  [field: string]: unknown
}

/** The spans of a request that can be stored, and how many there are in all. */
export function decodeSpans(body: Buffer): { all: number; storable: ReadSpan[] } {
  const found = list(toObject(TRACES, body).resourceSpans).flatMap((resourceSpans) =>
    list(resourceSpans.scopeSpans).flatMap((scopeSpans) =>
      list(scopeSpans.spans).map((span) => ({ span, read: readSpan(resourceSpans, scopeSpans, span) })),
    ),
  )
  return {
    all: found.length,
    storable: found.filter(({ span, read }) => isStorable(span, read)).map(({ read }) => read),
  }
}

/** The OTLP/JSON of an AnyValue in bytes, by protobufjs alone. */
export function decodeAnyValue(body: Buffer): AnyValue {
  const type = MESSAGES.lookupType('opentelemetry.proto.common.v1.AnyValue')
  return anyValue(type.toObject(type.decode(body), { longs: String, bytes: String }) as Decoded)
}

function toObject({ request }: Signal, body: Buffer): Decoded {
  return request.toObject(request.decode(body), { longs: String, bytes: String }) as Decoded
}

/** The log records of a request that can be stored, and how many there are in all. */
export function decodeLogs(body: Buffer): { all: number; storable: ReadLog[] } {
  const found = list(toObject(LOGS, body).resourceLogs).flatMap((resourceLogs) =>
    list(resourceLogs.scopeLogs).flatMap((scopeLogs) =>
      list(scopeLogs.logRecords).map((record) => readLog(resourceLogs, scopeLogs, record)),
    ),
  )
  return { all: found.length, storable: found.filter(({ time }) => time === '0' || isCredible(time)) }
}

export function isCredible(time: string): boolean {
  return BigInt(time) >= 946_684_800_000_000_000n && isNotAhead(time)
}

export function isNotAhead(time: string): boolean {
  return BigInt(time) <= BigInt(NOW_MS + 86_400_000) * 1_000_000n
}

function readLog(resourceLogs: Decoded, scopeLogs: Decoded, record: Decoded): ReadLog {
  const id = (field: string, size: number) => {
    const bytes = Buffer.from(text(record[field]), 'base64')
    return bytes.length === size ? hexId(record[field]) : ''
  }
  const time = text(record.timeUnixNano) || '0'
  return {
    traceId: id('traceId', 16),
    spanId: id('spanId', 8),
    time: time === '0' ? text(record.observedTimeUnixNano) || '0' : time,
    severityNumber: number(record.severityNumber),
    severityText: text(record.severityText),
    eventName: text(record.eventName),
    body: record.body === undefined ? undefined : anyValue(record.body as Decoded),
    attributes: attributes(record),
    dropped: number(record.droppedAttributesCount),
    flags: number(record.flags),
    ...parentsOf(resourceLogs, scopeLogs),
  }
}

export function parentsOf(resourceItems: Decoded, scopeItems: Decoded): { scope: ReadScope; resource: ReadResource } {
  const scope = (scopeItems.scope ?? {}) as Decoded
  const resource = (resourceItems.resource ?? {}) as Decoded
  return {
    scope: {
      name: text(scope.name),
      version: text(scope.version),
      schemaUrl: text(scopeItems.schemaUrl),
      attributes: attributes(scope),
      dropped: number(scope.droppedAttributesCount),
    },
    resource: {
      schemaUrl: text(resourceItems.schemaUrl),
      attributes: attributes(resource),
      dropped: number(resource.droppedAttributesCount),
    },
  }
}

function isStorable(span: Decoded, read: ReadSpan): boolean {
  const bytes = (field: string) => Buffer.from(text(span[field]), 'base64')
  const latest = BigInt(NOW_MS + 86_400_000) * 1_000_000n
  return (
    bytes('traceId').length === 16 &&
    bytes('traceId').some((byte) => byte !== 0) &&
    bytes('spanId').length === 8 &&
    bytes('spanId').some((byte) => byte !== 0) &&
    [0, 8].includes(bytes('parentSpanId').length) &&
    BigInt(read.start) >= 946_684_800_000_000_000n &&
    BigInt(read.start) <= latest &&
    BigInt(read.end) <= latest
  )
}

function readSpan(resourceSpans: Decoded, scopeSpans: Decoded, span: Decoded): ReadSpan {
  const status = (span.status ?? {}) as Decoded
  return {
    ...idsOf(span),
    parentSpanId: hexId(span.parentSpanId),
    name: text(span.name),
    kind: number(span.kind),
    start: text(span.startTimeUnixNano) || '0',
    end: text(span.endTimeUnixNano) || '0',
    attributes: attributes(span),
    dropped: [number(span.droppedAttributesCount), number(span.droppedEventsCount), number(span.droppedLinksCount)],
    events: list(span.events).map((event) => ({
      time: text(event.timeUnixNano) || '0',
      name: text(event.name),
      attributes: attributes(event),
      dropped: number(event.droppedAttributesCount),
    })),
    links: list(span.links).map((link) => ({
      ...idsOf(link),
      attributes: attributes(link),
      dropped: number(link.droppedAttributesCount),
    })),
    status: [number(status.code), text(status.message)],
    ...parentsOf(resourceSpans, scopeSpans),
  }
}

/** What spans and links have in common. */
function idsOf(message: Decoded): { traceId: string; spanId: string; traceState: string; flags: number } {
  return {
    traceId: hexId(message.traceId),
    spanId: hexId(message.spanId),
    traceState: text(message.traceState),
    flags: number(message.flags),
  }
}

export function attributes(owner: Decoded): KeyValue[] {
  return list(owner.attributes).map(keyValue)
}

function keyValue(pair: Decoded): KeyValue {
  return { key: text(pair.key), value: anyValue((pair.value ?? {}) as Decoded) }
}

function anyValue(value: Decoded): AnyValue {
  if ('arrayValue' in value) {
    return { arrayValue: { values: list((value.arrayValue as Decoded).values).map(anyValue) } }
  }
  if ('kvlistValue' in value) {
    return { kvlistValue: { values: list((value.kvlistValue as Decoded).values).map(keyValue) } }
  }
  if (typeof value.doubleValue === 'number') {
    const double = value.doubleValue
    const isPlain = Number.isFinite(double) && !Object.is(double, -0)
    return { doubleValue: isPlain ? double : ((Object.is(double, -0) ? '-0' : String(double)) as 'NaN') }
  }
  return value as unknown as AnyValue
}

export function list(value: unknown): Decoded[] {
  return (value ?? []) as Decoded[]
}

export function text(value: unknown): string {
  return (value ?? '') as string
}

function number(value: unknown): number {
  return (value ?? 0) as number
}

/** '' for an absent or all-zero id. */
function hexId(value: unknown): string {
  const hex = Buffer.from(text(value), 'base64').toString('hex')
  return /^0*$/.test(hex) ? '' : hex
}
