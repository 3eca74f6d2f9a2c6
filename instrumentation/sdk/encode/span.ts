/** A span as `Span` of opentelemetry/proto/trace/v1/trace.proto. */
import type { SpanContext } from '@opentelemetry/api'
import { writeAttributes } from './attributes.ts'
import type { ProtoWriter } from './proto-writer.ts'
import type { ReadableSpan } from './readable-span.ts'

/** `SpanFlags` of the same file: whether it is known that the parent lives in another process, and whether it does. */
const CONTEXT_HAS_IS_REMOTE = 0x100
const CONTEXT_IS_REMOTE = 0x200
/** The tag of field 16, a fixed32, takes two bytes. */
const FLAGS_TAG = Uint8Array.of(0x85, 1)

/** Writes it as field `field` of the message that is open. */
export function writeSpan(to: ProtoWriter, field: number, span: ReadableSpan): void {
  const message = to.open(field)
  const own = span.spanContext()
  const parent = span.parentSpanContext
  to.tag(1, 2)
  to.repeatedHex(own.traceId, 0)
  to.tag(2, 2)
  to.hex(own.spanId)
  writeState(to, own)
  if (parent?.spanId) {
    to.tag(4, 2)
    to.repeatedHex(parent.spanId, 1)
  }
  to.tag(5, 2)
  to.text(span.name)
  to.tag(6, 0)
  // The API counts kinds from 0, the protocol from 1.
  to.varint(span.kind + 1)
  to.tag(7, 1)
  to.fixed64Nanos(span.startTime[0], span.startTime[1])
  to.tag(8, 1)
  to.fixed64Nanos(span.endTime[0], span.endTime[1])
  writeAttributes(to, 9, span.attributes)
  writeDropped(to, 10, span.droppedAttributesCount)
  for (const event of span.events) writeEvent(to, event)
  writeDropped(to, 12, span.droppedEventsCount)
  for (const link of span.links) writeLink(to, link)
  writeDropped(to, 14, span.droppedLinksCount)
  writeStatus(to, span.status)
  to.raw(FLAGS_TAG)
  to.fixed32(flagsOf(own.traceFlags, parent?.isRemote))
  to.close(message)
}

function flagsOf(traceFlags: number, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | CONTEXT_HAS_IS_REMOTE | (isRemote ? CONTEXT_IS_REMOTE : 0)
}

function writeState(to: ProtoWriter, { traceState }: SpanContext): void {
  const state = traceState?.serialize()
  if (!state) return
  to.tag(3, 2)
  to.text(state)
}

function writeEvent(to: ProtoWriter, event: ReadableSpan['events'][number]): void {
  const message = to.open(11)
  to.tag(1, 1)
  to.fixed64Nanos(event.time[0], event.time[1])
  to.tag(2, 2)
  to.text(event.name)
  if (event.attributes) writeAttributes(to, 3, event.attributes)
  writeDropped(to, 4, event.droppedAttributesCount)
  to.close(message)
}

function writeLink(
  to: ProtoWriter,
  { context, attributes, droppedAttributesCount }: ReadableSpan['links'][number],
): void {
  const message = to.open(13)
  to.tag(1, 2)
  to.hex(context.traceId)
  to.tag(2, 2)
  to.hex(context.spanId)
  writeState(to, context)
  if (attributes) writeAttributes(to, 4, attributes)
  writeDropped(to, 5, droppedAttributesCount)
  to.tag(6, 5)
  to.fixed32(flagsOf(context.traceFlags, context.isRemote))
  to.close(message)
}

function writeStatus(to: ProtoWriter, { code, message }: ReadableSpan['status']): void {
  if (code === 0) return
  const status = to.open(15)
  if (message) {
    to.tag(2, 2)
    to.text(message)
  }
  to.tag(3, 0)
  to.varint(code)
  to.close(status)
}

function writeDropped(to: ProtoWriter, field: number, count: number | undefined): void {
  if (!count) return
  to.tag(field, 0)
  to.varint(count)
}
