/**
 * Log records that tell of a span: markers of our instrumentation, partial spans of others, and exceptions. Most records tell of none, and
 * are told apart by the name of their event, or because no key that matters is in the whole request.
 */
import { MARKER, MARKER_EVENTS, MARKER_NUMBER } from '@runlens/conventions'
import { indexTraces, type LogTape, type OtlpLimits, type RewrittenSpan, TraceTape } from '@runlens/otlp'
import { BytesTable } from '../spans/bytes-table.ts'
import type { MappedSpans } from '../spans/mapped-spans.ts'
import { countOf, textOf, wholeOf } from '../spans/scalar-values.ts'
import { MarkerPortions, type MarkerSpans } from './marker-spans.ts'
import { partialBody } from './partial-body.ts'
import { idsOf, NO_BYTES, NO_KEYS, rewritten, spanOf } from './rewritten.ts'

const EVENTS = new BytesTable([...Object.values(MARKER_EVENTS), 'exception'])
const EVENT_KINDS = [
  ...Object.keys(MARKER_EVENTS).map((event) =>
    event === 'executionUpdated'
      ? MARKER_NUMBER.updated
      : event === 'executionHeartbeat'
        ? MARKER_NUMBER.heartbeat
        : MARKER_NUMBER.started,
  ),
  MARKER_NUMBER.exception,
]

/** Keys that say something of a marker; their place here is their number below. */
const KEYS = new BytesTable([
  MARKER.parentSpanId,
  MARKER.name,
  MARKER.kind,
  MARKER.startedAt,
  'partial.event',
  'exception.type',
  'exception.message',
  'exception.stacktrace',
])
const [PARENT, NAME, KIND, STARTED_AT, PARTIAL, FIRST_OF_EXCEPTION] = [0, 1, 2, 3, 4, 5]

export class LogMarkers {
  private readonly portions: MarkerPortions
  private readonly bodyTape = new TraceTape()
  /** By key number of the tape: the place in {@link KEYS}, -1 for any other. */
  private roles = new Int8Array(256)
  private readonly ofMarker = new Set<number>()
  private hasKeys = false
  private unread = 0

  constructor(
    mapper: { map(tape: TraceTape): MappedSpans },
    private readonly limits: OtlpLimits,
  ) {
    this.portions = new MarkerPortions(mapper, limits)
  }

  /**
   * @param nowMs time of the request, milliseconds since the epoch: that of records without one
   * @param take gets what they tell, portion by portion
   * @returns how many records call themselves markers and can't be stored as such; they are log records all the same
   */
  read(tape: LogTape, nowMs: number, take: (markers: MarkerSpans) => void): number {
    const { logs } = tape
    this.readKeys(tape)
    this.portions.begin(nowMs, take)
    this.unread = 0
    for (let row = 0; row < logs.length; row++) {
      const start = logs.at.eventNameStart[row]!
      if (start < 0 && !this.hasKeys) continue
      const event = start < 0 ? -1 : EVENTS.find(tape.buffer, start, logs.at.eventNameEnd[row]!)
      if (event >= 0 || this.hasKeys) this.readRecord(tape, row, event < 0 ? 0 : EVENT_KINDS[event]!, nowMs)
    }
    this.portions.flush()
    return this.unread + this.portions.refused
  }

  private readKeys({ buffer, keys }: LogTape): void {
    if (keys.length > this.roles.length) this.roles = new Int8Array(keys.length * 2)
    this.hasKeys = false
    this.ofMarker.clear()
    for (let number = 0; number < keys.length; number++) {
      const role = KEYS.find(buffer, keys.starts[number]!, keys.ends[number]!)
      this.roles[number] = role
      if (role >= PARTIAL) this.hasKeys = true
      else if (role >= 0) this.ofMarker.add(number)
    }
  }

  /** @param kind by the name of its event; 0: by its attributes, if at all */
  private readRecord(tape: LogTape, row: number, kind: number, nowMs: number): void {
    const { at } = tape.logs
    const own = this.attributesOf(tape, row)
    const recordedAt = at.time[row]! < 0 ? BigInt(nowMs) * 1_000_000n : tape.buffer.readBigUInt64LE(at.time[row]!)
    if (own[PARTIAL]! >= 0) this.readPartial(tape, row, own[PARTIAL]!, recordedAt, nowMs)
    else if (kind === MARKER_NUMBER.exception || (kind === 0 && own.slice(FIRST_OF_EXCEPTION).some((at) => at >= 0)))
      this.readException(tape, row, recordedAt)
    else if (kind !== 0) this.readMarker(tape, row, kind, own, recordedAt)
  }

  /** Row of each of {@link KEYS}, -1 where it is not there. */
  private attributesOf(tape: LogTape, row: number): Int32Array {
    const own = new Int32Array(KEYS.size).fill(-1)
    const first = tape.logs.at.attributes[row]!
    const { key } = tape.attributes.at
    for (let pair = first; pair < first + tape.logs.at.attributeCount[row]!; pair++) {
      const role = this.roles[key[pair]!]!
      if (role >= 0) own[role] = pair
    }
    return own
  }

  private readMarker(tape: LogTape, row: number, kind: number, own: Int32Array, recordedAt: bigint): void {
    const { at } = tape.logs
    const parent = own[PARENT]! < 0 ? '' : (textOf(tape, own[PARENT]!) ?? '')
    const isParent = /^[0-9a-f]{16}$/i.test(parent)
    if (at.traceId[row]! < 0 || at.spanId[row]! < 0 || (parent !== '' && !isParent)) {
      this.unread++
      return
    }
    const name = own[NAME]! < 0 ? undefined : textOf(tape, own[NAME]!)
    const spanKind = countOf(tape, own[KIND]!)
    this.add(tape, row, kind, recordedAt, {
      ...idsOf(tape, row),
      parentSpanId: isParent ? Buffer.from(parent, 'hex') : NO_BYTES,
      name: name === undefined ? NO_BYTES : Buffer.from(name),
      kind: spanKind >= 0 && spanKind <= 5 ? spanKind : 1,
      startTime: wholeOf(tape, own[STARTED_AT]!) ?? recordedAt,
      without: this.ofMarker,
    })
  }

  /** Told of a span in no trace, an exception is a log record and nothing else. */
  private readException(tape: LogTape, row: number, recordedAt: bigint): void {
    const { at } = tape.logs
    if (at.traceId[row]! < 0 || at.spanId[row]! < 0) return
    const ids = idsOf(tape, row)
    // No root, whatever its span is.
    const more = { ...ids, parentSpanId: ids.spanId, asException: true, statusCode: 2, startTime: recordedAt }
    this.add(tape, row, MARKER_NUMBER.exception, recordedAt, more)
  }

  private add(tape: LogTape, row: number, kind: number, recordedAt: bigint, span: Partial<RewrittenSpan>): void {
    const { at } = tape.logs
    const told = rewritten({ attributes: at.attributes[row]!, attributeCount: at.attributeCount[row]!, ...span })
    this.portions.add(tape, at.scope[row]!, told, kind, recordedAt)
  }

  /** The body is a TracesData: as JSON text, or in protobuf. */
  private readPartial(tape: LogTape, row: number, event: number, recordedAt: bigint, nowMs: number): void {
    const kind = textOf(tape, event) === 'heartbeat' ? MARKER_NUMBER.heartbeat : MARKER_NUMBER.updated
    const request = partialBody(tape, tape.logs.at.body[row]!, this.limits)
    const spans = this.bodyTape
    if (!request || indexTraces(spans, request, this.limits, nowMs).kind !== 'indexed') {
      this.unread++
      return
    }
    for (let span = 0; span < spans.spans.length; span++) {
      const told = rewritten({ ...spanOf(spans, span), without: NO_KEYS })
      this.portions.add(spans, spans.spans.at.scope[span]!, told, kind, recordedAt)
    }
    // Its scopes are numbered from 0 again in the next body.
    this.portions.leave()
  }
}
