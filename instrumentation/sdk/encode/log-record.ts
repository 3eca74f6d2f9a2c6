/** A marker record as `LogRecord` of opentelemetry/proto/logs/v1/logs.proto: it tells of a span that has not ended. */
import { MARKER, MARKER_EVENTS, type MarkerEvent, RUNLENS } from '@runlens/conventions'
import { writeAttribute } from './attributes.ts'
import type { ProtoWriter } from './proto-writer.ts'
import type { ReadableSpan } from './readable-span.ts'

/** `SEVERITY_NUMBER_INFO`. */
const INFO = 9
/** Told once, at the start: they may be long, and a heartbeat comes often. */
const PAYLOADS: ReadonlySet<string> = new Set([
  RUNLENS.executionInput,
  RUNLENS.executionOutput,
  RUNLENS.stepInput,
  RUNLENS.stepOutput,
])
const WITH_PAYLOADS: ReadonlySet<MarkerEvent> = new Set([MARKER_EVENTS.executionStarted, MARKER_EVENTS.stepStarted])

export interface Marker {
  event: MarkerEvent
  span: ReadableSpan
  /** The moment it tells of, milliseconds since the epoch. */
  atMs: number
}

/** Writes it as field `field` of the message that is open. */
export function writeMarker(to: ProtoWriter, field: number, { event, span, atMs }: Marker): void {
  const message = to.open(field)
  const own = span.spanContext()
  to.tag(1, 1)
  writeMilliseconds(to, atMs)
  to.tag(2, 0)
  to.varint(INFO)
  const body = to.open(5)
  to.tag(1, 2)
  to.text(span.name)
  to.close(body)
  const withPayloads = WITH_PAYLOADS.has(event)
  for (const key in span.attributes) {
    const value = span.attributes[key]
    if (value !== undefined && (withPayloads || !PAYLOADS.has(key))) writeAttribute(to, 6, key, value)
  }
  writeAttribute(to, 6, MARKER.name, span.name)
  writeAttribute(to, 6, MARKER.kind, span.kind + 1)
  if (span.parentSpanContext?.spanId) writeAttribute(to, 6, MARKER.parentSpanId, span.parentSpanContext.spanId)
  writeStart(to, span.startTime)
  to.tag(8, 5)
  to.fixed32(own.traceFlags)
  to.tag(9, 2)
  to.hex(own.traceId)
  to.tag(10, 2)
  to.hex(own.spanId)
  to.tag(11, 1)
  writeMilliseconds(to, atMs)
  to.tag(12, 2)
  to.text(event)
  to.close(message)
}

function writeMilliseconds(to: ProtoWriter, atMs: number): void {
  const seconds = Math.floor(atMs / 1000)
  to.fixed64Nanos(seconds, Math.round((atMs - seconds * 1000) * 1e6))
}

/** Nanoseconds since the epoch exceed what a number holds exactly: the varint of an `int64` is written from a BigInt. */
function writeStart(to: ProtoWriter, [seconds, nanos]: ReadableSpan['startTime']): void {
  const pair = to.open(6)
  to.tag(1, 2)
  to.text(MARKER.startedAt)
  const any = to.open(2)
  to.tag(3, 0)
  to.bigint(BigInt(seconds) * 1_000_000_000n + BigInt(nanos))
  to.close(any)
  to.close(pair)
}
