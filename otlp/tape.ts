/**
 * The tape: where everything of one OTLP trace request stands in its bytes, as offsets in reusable typed arrays.
 * Indexing writes it, mapping and blocks read it. It holds no JavaScript value per span or attribute; it refuses to decode.
 *
 * Offsets are into `buffer`. A text or message is `[start, end)`. Ranges of children (attributes of a span, events of a
 * span, …) are contiguous: `[first, first + count)`. `-1` as a start means absent.
 */

/** AnyValue's member that an attribute holds: its field number in `opentelemetry.proto.common.v1.AnyValue`, 0 if none. */
export const ANY = { empty: 0, string: 1, bool: 2, int: 3, double: 4, array: 5, kvlist: 6, bytes: 7 } as const

/** Growable struct-of-arrays; `reserve` keeps what is there. */
export class Columns<Names extends string> {
  readonly at: Record<Names, Int32Array>
  length = 0
  capacity: number

  constructor(names: readonly Names[], capacity: number) {
    this.capacity = capacity
    this.at = {} as Record<Names, Int32Array>
    for (const name of names) this.at[name] = new Int32Array(capacity)
  }

  /** Index of a new row; its cells hold whatever an earlier request left and must all be set. */
  add(): number {
    if (this.length === this.capacity) this.grow()
    return this.length++
  }

  private grow(): void {
    this.capacity *= 2
    for (const name in this.at) {
      const larger = new Int32Array(this.capacity)
      larger.set(this.at[name])
      this.at[name] = larger
    }
  }
}

const ATTRIBUTE_FIELDS = [
  'keyStart',
  'keyEnd',
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
  /** Start of the fixed64 in nanoseconds since the epoch; -1 where absent. */
  'startTime',
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

const EVENT_FIELDS = ['time', 'nameStart', 'nameEnd', 'attributes', 'attributeCount', 'dropped'] as const

const LINK_FIELDS = [
  'traceId',
  'spanId',
  'traceStateStart',
  'traceStateEnd',
  'flags',
  'attributes',
  'attributeCount',
  'dropped',
] as const

/** One request, indexed. Reused from request to request: `reset` before each. */
export class TraceTape {
  buffer: Buffer = Buffer.alloc(0)
  readonly resources = new Columns(RESOURCE_FIELDS, 16)
  readonly scopes = new Columns(SCOPE_FIELDS, 16)
  readonly spans = new Columns(SPAN_FIELDS, 1024)
  readonly attributes = new Columns(ATTRIBUTE_FIELDS, 16_384)
  readonly events = new Columns(EVENT_FIELDS, 256)
  readonly links = new Columns(LINK_FIELDS, 256)

  reset(buffer: Buffer): void {
    this.buffer = buffer
    for (const part of [this.resources, this.scopes, this.spans, this.attributes, this.events, this.links])
      part.length = 0
  }
}
