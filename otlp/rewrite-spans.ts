/**
 * Writes spans anew out of what stands on tapes, as an ExportTraceServiceRequest: what a log record, or a span, tells of another span
 * then goes the way that spans go. Each span bears a number, by which it is known again once it is indexed.
 */
import { ANY, type Tape, type TraceTape } from './tape.ts'
import { FIXED32, FIXED64, LEN, tagOf, VARINT } from './wire/scan.ts'
import { Writer } from './wire/writer.ts'

// opentelemetry.proto.trace.v1 and common.v1, as scanned in `scan-resources.ts` and `scan-span.ts`.
const ITEM = tagOf(1, LEN)
const RESOURCE = tagOf(1, LEN)
const RESOURCE_ATTRIBUTE = 1
const SCOPE_SPANS = tagOf(2, LEN)
const SCOPE = tagOf(1, LEN)
const SCOPE_NAME = tagOf(1, LEN)
const SCOPE_VERSION = tagOf(2, LEN)
const SCOPE_ATTRIBUTE = 3
const SPAN = tagOf(2, LEN)
const TRACE_ID = tagOf(1, LEN)
const SPAN_ID = tagOf(2, LEN)
const PARENT_SPAN_ID = tagOf(4, LEN)
const NAME = tagOf(5, LEN)
const KIND = tagOf(6, VARINT)
const START_TIME = tagOf(7, FIXED64)
const END_TIME = tagOf(8, FIXED64)
const SPAN_ATTRIBUTE = 9
const EVENT = tagOf(11, LEN)
const EVENT_NAME = tagOf(2, LEN)
const EVENT_ATTRIBUTE = 3
const STATUS = tagOf(15, LEN)
const STATUS_MESSAGE = tagOf(2, LEN)
const STATUS_CODE = tagOf(3, VARINT)
const FLAGS = tagOf(16, FIXED32)
const KEY = tagOf(1, LEN)
const VALUE = tagOf(2, LEN)

const WIRE_TYPE: Readonly<Record<number, number>> = {
  [ANY.string]: LEN,
  [ANY.bool]: VARINT,
  [ANY.int]: VARINT,
  [ANY.double]: FIXED64,
  [ANY.array]: LEN,
  [ANY.kvlist]: LEN,
  [ANY.bytes]: LEN,
}

/** A span as it is to be written. */
export interface RewrittenSpan {
  /** 16 and 8 bytes; the parent's none for a root. */
  traceId: Uint8Array
  spanId: Uint8Array
  parentSpanId: Uint8Array
  name: Uint8Array
  kind: number
  /** Nanoseconds since the epoch; 0n: not ended. */
  startTime: bigint
  endTime: bigint
  /** Attributes of the tape that are its own, but for those under the keys `without` (numbers of the tape). */
  attributes: number
  attributeCount: number
  without: ReadonlySet<number>
  /** They belong to an event `exception` of the span and not to itself. */
  asException: boolean
  statusCode: number
  statusMessage: Uint8Array
}

export class SpanWriter {
  private out = new Writer(1024)
  private tape: Tape | undefined
  private scope = -1
  private marks: number[] = []
  /** Spans written. */
  length = 0

  /** The scope, and its resource, of the spans that come next. */
  enter(tape: Tape, scope: number): void {
    if (this.tape === tape && this.scope === scope) return
    this.leave()
    this.tape = tape
    this.scope = scope
    const { out } = this
    out.varint32(ITEM)
    this.marks.push(out.begin())
    const resource = tape.scopes.at.resource[scope]!
    this.message(RESOURCE, () => this.attributes(RESOURCE_ATTRIBUTE, tape.resources.at, resource))
    out.varint32(SCOPE_SPANS)
    this.marks.push(out.begin())
    this.message(SCOPE, () => {
      const { at } = tape.scopes
      this.text(SCOPE_NAME, tape.buffer, at.nameStart[scope]!, at.nameEnd[scope]!)
      this.text(SCOPE_VERSION, tape.buffer, at.versionStart[scope]!, at.versionEnd[scope]!)
      this.attributes(SCOPE_ATTRIBUTE, at, scope)
    })
  }

  /** Only after {@link enter}, with attributes of its tape. */
  write(span: RewrittenSpan): void {
    const { out } = this
    this.message(SPAN, () => {
      this.bytes(TRACE_ID, span.traceId)
      this.bytes(SPAN_ID, span.spanId)
      if (span.parentSpanId.length > 0) this.bytes(PARENT_SPAN_ID, span.parentSpanId)
      this.bytes(NAME, span.name)
      out.varint32(KIND)
      out.varint32(span.kind)
      this.time(START_TIME, span.startTime)
      this.time(END_TIME, span.endTime)
      if (span.asException) this.exception(span)
      else this.ownAttributes(SPAN_ATTRIBUTE, span)
      this.message(STATUS, () => {
        this.bytes(STATUS_MESSAGE, span.statusMessage)
        out.varint32(STATUS_CODE)
        out.varint32(span.statusCode)
      })
      // No other field that is kept on the tape is free: what a marker tells of has no flags of its own.
      out.varint32(FLAGS)
      out.fixed32(this.length)
    })
    this.length++
  }

  /** The request; the writer is empty again. */
  finish(): Buffer {
    this.leave()
    const request = this.out.finish()
    this.out = new Writer(1024)
    this.length = 0
    return request
  }

  /** Ends the scope at hand: the same number on the same tape may be another one from now on. */
  leave(): void {
    while (this.marks.length > 0) this.out.end(this.marks.pop()!)
    this.tape = undefined
  }

  private exception(span: RewrittenSpan): void {
    this.message(EVENT, () => {
      this.bytes(EVENT_NAME, EXCEPTION)
      this.ownAttributes(EVENT_ATTRIBUTE, span)
    })
  }

  private ownAttributes(field: number, { attributes, attributeCount, without }: RewrittenSpan): void {
    const { key } = this.tape!.attributes.at
    for (let row = attributes; row < attributes + attributeCount; row++) {
      if (!without.has(key[row]!)) this.attribute(field, row)
    }
  }

  private attributes(field: number, at: { attributes: Int32Array; attributeCount: Int32Array }, row: number): void {
    const first = at.attributes[row]!
    for (let pair = first; pair < first + at.attributeCount[row]!; pair++) this.attribute(field, pair)
  }

  /** Sizes are known beforehand here, where most of the bytes are: nothing is moved to make room for them. */
  private attribute(field: number, row: number): void {
    const { out } = this
    const { buffer, attributes } = this.tape!
    const { keyStart, keyEnd, type, valueStart, valueEnd } = attributes.at
    const member = type[row]!
    const wireType = WIRE_TYPE[member]
    const start = valueStart[row]!
    const size = valueEnd[row]! - start
    const key = keyStart[row]! < 0 ? 0 : keyEnd[row]! - keyStart[row]!
    const value = wireType === undefined ? 0 : 1 + size + (wireType === LEN ? varintBytes(size) : 0)
    out.varint32(tagOf(field, LEN))
    out.varint32(2 + varintBytes(key) + key + varintBytes(value) + value)
    out.varint32(KEY)
    out.lengthDelimited(buffer, keyStart[row]!, keyStart[row]! + key)
    out.varint32(VALUE)
    out.varint32(value)
    if (wireType === undefined) return
    out.varint32(tagOf(member, wireType))
    if (wireType === LEN) out.lengthDelimited(buffer, start, start + size)
    else out.raw(buffer, start, start + size)
  }

  private message(tag: number, content: () => void): void {
    this.out.varint32(tag)
    const mark = this.out.begin()
    content()
    this.out.end(mark)
  }

  private bytes(tag: number, content: Uint8Array): void {
    this.out.varint32(tag)
    this.out.lengthDelimited(content, 0, content.length)
  }

  private text(tag: number, source: Uint8Array, start: number, end: number): void {
    if (start < 0) return
    this.out.varint32(tag)
    this.out.lengthDelimited(source, start, end)
  }

  private time(tag: number, nanos: bigint): void {
    this.out.varint32(tag)
    this.out.fixed64(nanos)
  }
}

const EXCEPTION = Buffer.from('exception')

function varintBytes(value: number): number {
  return value < 128 ? 1 : Math.ceil((32 - Math.clz32(value)) / 7)
}

/**
 * Which of the spans written each one of an indexed tape is: by row. The numbers are taken off the tape, where they stood for flags.
 */
export function takeNumbers({ spans }: TraceTape): Int32Array {
  const numbers = spans.at.flags.slice(0, spans.length)
  spans.at.flags.fill(0, 0, spans.length)
  return numbers
}
