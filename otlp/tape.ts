/**
 * The tape: where everything of one OTLP request stands in its bytes, as offsets in reusable typed arrays. A request of traces has
 * one, requests of logs (`log-tape.ts`) and metrics (`metric-tape.ts`) others; what all have is here.
 * Indexing writes it, mapping and blocks read it. It holds no JavaScript value per span or attribute; it refuses to decode.
 *
 * Offsets are into `buffer`. A text or message is `[start, end)`. Ranges of children (attributes of a span, events of a
 * span, …) are contiguous: `[first, first + count)`. `-1` as a start means absent.
 */

import { KeyNumbers } from './key-numbers.ts'

/** AnyValue's member that an attribute holds: its field number in `opentelemetry.proto.common.v1.AnyValue`, 0 if none. */
export const ANY = { empty: 0, string: 1, bool: 2, int: 3, double: 4, array: 5, kvlist: 6, bytes: 7 } as const

/** Rows of a table that are kept from one request to the next: the memory of a rare huge request is given back. */
const KEPT_ROWS_MAX = 262_144

/** Growable struct-of-arrays. The arrays in `at` are replaced when it grows: take them anew after `add`. */
export class Columns<Names extends string> {
  readonly at: Record<Names, Int32Array>
  /** Rows in use. */
  length = 0
  capacity: number
  private readonly initialCapacity: number

  constructor(names: readonly Names[], capacity: number) {
    this.capacity = capacity
    this.initialCapacity = capacity
    // Not filled by `at[name] = …`: beyond twelve such properties V8 makes the object a hash table, four times as slow.
    this.at = Object.fromEntries(names.map((name) => [name, new Int32Array(capacity)])) as Record<Names, Int32Array>
  }

  /** Index of a new row; its cells hold whatever an earlier request left and must all be set. */
  add(): number {
    if (this.length === this.capacity) this.grow()
    return this.length++
  }

  /** Empties it; its arrays stay, unless they have grown beyond what is worth keeping. */
  clear(): void {
    this.length = 0
    if (this.capacity > KEPT_ROWS_MAX) this.resize(this.initialCapacity)
  }

  private grow(): void {
    this.resize(this.capacity * 2)
  }

  /** Keeps the rows in use. */
  private resize(capacity: number): void {
    this.capacity = capacity
    for (const name in this.at) {
      const cells = new Int32Array(capacity)
      cells.set(this.at[name].subarray(0, this.length))
      this.at[name] = cells
    }
  }
}

const ATTRIBUTE_FIELDS = [
  'keyStart',
  'keyEnd',
  /** Its number among `keys` of the tape. */
  'key',
  /** One of {@link ANY}. */
  'type',
  /**
   * string, bytes: the content. array, kvlist: the ArrayValue / KeyValueList message. int, bool: the varint.
   * double: the eight bytes. empty: both -1.
   */
  'valueStart',
  'valueEnd',
] as const

const RESOURCE_FIELDS = ['attributes', 'attributeCount', 'dropped', 'schemaUrlStart', 'schemaUrlEnd'] as const

const SCOPE_FIELDS = [
  'resource',
  'nameStart',
  'nameEnd',
  'versionStart',
  'versionEnd',
  'attributes',
  'attributeCount',
  'dropped',
  'schemaUrlStart',
  'schemaUrlEnd',
] as const

const SPAN_FIELDS = [
  'scope',
  /** Start of 16 raw bytes. */
  'traceId',
  /** Start of 8 raw bytes. */
  'spanId',
  /** Start of 8 raw bytes, -1 for a root (absent, empty or all zero). */
  'parentSpanId',
  'traceStateStart',
  'traceStateEnd',
  'nameStart',
  'nameEnd',
  'kind',
  'flags',
  /** Start of the fixed64 in nanoseconds since the epoch. */
  'startTime',
  /** The same; -1 or a value of 0 while the span has not ended. */
  'endTime',
  'attributes',
  'attributeCount',
  'droppedAttributes',
  'events',
  'eventCount',
  'droppedEvents',
  'links',
  'linkCount',
  'droppedLinks',
  'statusCode',
  'statusMessageStart',
  'statusMessageEnd',
] as const

/** `time` is the start of the fixed64, which may be any time at all. */
const EVENT_FIELDS = ['time', 'nameStart', 'nameEnd', 'attributes', 'attributeCount', 'dropped'] as const

const LINK_FIELDS = [
  /** Start of 16 raw bytes; -1 where absent, empty or all zero. */
  'traceId',
  /** Start of 8 raw bytes; likewise. */
  'spanId',
  'traceStateStart',
  'traceStateEnd',
  'flags',
  'attributes',
  'attributeCount',
  'dropped',
] as const

export type AttributeColumns = Columns<(typeof ATTRIBUTE_FIELDS)[number]>
export type ResourceColumns = Columns<(typeof RESOURCE_FIELDS)[number]>
export type ScopeColumns = Columns<(typeof SCOPE_FIELDS)[number]>
export type SpanColumns = Columns<(typeof SPAN_FIELDS)[number]>
export type EventColumns = Columns<(typeof EVENT_FIELDS)[number]>
export type LinkColumns = Columns<(typeof LINK_FIELDS)[number]>

/** What requests of every signal hold: resources, scopes and attributes. Reused from request to request: indexing resets it. */
export abstract class Tape {
  buffer: Buffer = Buffer.alloc(0)
  /** The same bytes, to read four at a time. */
  data: DataView = new DataView(new ArrayBuffer(0))
  readonly resources = new Columns(RESOURCE_FIELDS, 16)
  readonly scopes = new Columns(SCOPE_FIELDS, 16)
  readonly attributes: AttributeColumns
  readonly keys = new KeyNumbers()

  /** @param attributesKept attributes to have room for from the start */
  constructor(attributesKept: number) {
    this.attributes = new Columns(ATTRIBUTE_FIELDS, attributesKept)
  }

  /** Rows beside those of items and attributes. */
  abstract children(): number

  reset(buffer: Buffer): void {
    this.buffer = buffer
    this.data = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
    this.resources.clear()
    this.scopes.clear()
    this.attributes.clear()
    this.keys.clear()
  }

  /** Makes room behind the request's bytes, in a copy of them, so that everything that is noted stays true. @returns where it begins */
  extend(bytes: number): number {
    const { length } = this.buffer
    const longer = Buffer.allocUnsafeSlow(length + bytes)
    this.buffer.copy(longer)
    this.buffer = longer
    this.data = new DataView(longer.buffer, longer.byteOffset, longer.length)
    return length
  }
}

/** One request of traces, indexed. A resource or scope is here only with a span. */
export class TraceTape extends Tape {
  readonly spans = new Columns(SPAN_FIELDS, 1024)
  readonly events = new Columns(EVENT_FIELDS, 256)
  readonly links = new Columns(LINK_FIELDS, 256)

  constructor() {
    super(16_384)
  }

  children(): number {
    return this.events.length + this.links.length
  }

  override reset(buffer: Buffer): void {
    super.reset(buffer)
    this.spans.clear()
    this.events.clear()
    this.links.clear()
  }
}
