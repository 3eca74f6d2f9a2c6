/** Puts a span onto the tape, or takes it off again with the reason why it can't be stored. */
import { FAULT } from './rejections.ts'
import type { RequestScan } from './request-scan.ts'
import { beginOwner, checkText, type OtlpScan, scanAttribute, setFault } from './scan-attributes.ts'
import { ABSENT, idOrAbsent, SPAN_ID_BYTES, TRACE_ID_BYTES } from './scan-ids.ts'
import { scanEvents, scanLinks } from './scan-span-children.ts'
import type { SpanColumns, TraceTape } from './tape.ts'
import { isTooEarly, isTooLate, type TimeBounds } from './time-bounds.ts'
import { enumNumber, FIXED32, FIXED64, knownFields, LEN, passUnknown, readField, tagOf, VARINT } from './wire/scan.ts'

// opentelemetry.proto.trace.v1.Span
const TRACE_ID = tagOf(1, LEN)
const SPAN_ID = tagOf(2, LEN)
const TRACE_STATE = tagOf(3, LEN)
const PARENT_SPAN_ID = tagOf(4, LEN)
const NAME = tagOf(5, LEN)
const KIND = tagOf(6, VARINT)
const START_TIME = tagOf(7, FIXED64)
const END_TIME = tagOf(8, FIXED64)
const ATTRIBUTE = tagOf(9, LEN)
const DROPPED_ATTRIBUTES = tagOf(10, VARINT)
const EVENT = tagOf(11, LEN)
const DROPPED_EVENTS = tagOf(12, VARINT)
const LINK = tagOf(13, LEN)
const DROPPED_LINKS = tagOf(14, VARINT)
const STATUS = tagOf(15, LEN)
const FLAGS = tagOf(16, FIXED32)
const SPAN_FIELDS = knownFields(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)

// …Status
const STATUS_MESSAGE = tagOf(2, LEN)
const STATUS_CODE = tagOf(3, VARINT)
const STATUS_FIELDS = knownFields(2, 3)

/** As `ScanItem`, for a scan onto a {@link TraceTape}. */
export function scanSpan(scan: RequestScan, scope: number, fault: number, at: number, end: number): number {
  const tape = scan.tape as TraceTape
  const { spans, attributes, events, links } = tape
  const row = spans.add()
  const attributesBefore = attributes.length
  const eventsBefore = events.length
  const linksBefore = links.length
  beginOwner(scan, fault)
  clearSpan(spans, row, scope, attributesBefore)
  scanSpanFields(scan, spans, row, at, end)
  checkSpan(scan, spans, row, scan.times)
  // Events and links wait until the span's own attributes are complete, so that those are contiguous.
  if (spans.at.eventCount[row]! > 0) scanEvents(scan, tape, row, end)
  if (spans.at.linkCount[row]! > 0) scanLinks(scan, tape, row, end)
  if (scan.fault !== 0) {
    spans.length = row
    attributes.length = attributesBefore
    events.length = eventsBefore
    links.length = linksBefore
    scan.elements = scan.elementsFirst
  }
  return scan.fault
}

/** Absent for every field: cells still hold what an earlier request left. */
function clearSpan(spans: SpanColumns, row: number, scope: number, attributes: number): void {
  const cells = spans.at
  cells.scope[row] = scope
  cells.traceId[row] = ABSENT
  cells.spanId[row] = ABSENT
  cells.parentSpanId[row] = ABSENT
  cells.traceStateStart[row] = ABSENT
  cells.traceStateEnd[row] = ABSENT
  cells.nameStart[row] = ABSENT
  cells.nameEnd[row] = ABSENT
  cells.kind[row] = 0
  cells.flags[row] = 0
  cells.startTime[row] = ABSENT
  cells.endTime[row] = ABSENT
  cells.attributes[row] = attributes
  cells.attributeCount[row] = 0
  cells.droppedAttributes[row] = 0
  cells.events[row] = 0
  cells.eventCount[row] = 0
  cells.droppedEvents[row] = 0
  cells.links[row] = 0
  cells.linkCount[row] = 0
  cells.droppedLinks[row] = 0
  cells.statusCode[row] = 0
  cells.statusMessageStart[row] = ABSENT
  cells.statusMessageEnd[row] = ABSENT
}

/**
 * Reads the span's own fields and attributes. Of events and links it only notes how many there are and, in `events` and
 * `links`, the byte where the first one starts.
 */
function scanSpanFields(scan: OtlpScan, spans: SpanColumns, row: number, at: number, end: number): void {
  const cells = spans.at
  let position = at
  while (position < end) {
    const field = position
    position = readField(scan, position, end)
    switch (scan.tag) {
      case TRACE_ID:
        cells.traceId[row] = idOrAbsent(scan, TRACE_ID_BYTES)
        break
      case SPAN_ID:
        cells.spanId[row] = idOrAbsent(scan, SPAN_ID_BYTES)
        break
      case TRACE_STATE:
        cells.traceStateStart[row] = scan.start
        cells.traceStateEnd[row] = scan.stop
        checkText(scan)
        break
      case PARENT_SPAN_ID:
        if (scan.stop !== scan.start && scan.stop - scan.start !== SPAN_ID_BYTES) setFault(scan, FAULT.parent_span_id)
        cells.parentSpanId[row] = idOrAbsent(scan, SPAN_ID_BYTES)
        break
      case NAME:
        cells.nameStart[row] = scan.start
        cells.nameEnd[row] = scan.stop
        checkText(scan)
        break
      case KIND:
        cells.kind[row] = enumNumber(scan)
        break
      case START_TIME:
        cells.startTime[row] = scan.start
        break
      case END_TIME:
        cells.endTime[row] = scan.start
        break
      case ATTRIBUTE:
        scanAttribute(scan, scan.start, position)
        break
      case EVENT:
        if (cells.eventCount[row]!++ === 0) cells.events[row] = field
        break
      case LINK:
        if (cells.linkCount[row]!++ === 0) cells.links[row] = field
        break
      default:
        scanRareField(scan, spans, row)
    }
  }
  cells.attributeCount[row] = scan.attributes.length - scan.attributesFirst
}

function scanRareField(scan: OtlpScan, spans: SpanColumns, row: number): void {
  const cells = spans.at
  switch (scan.tag) {
    case DROPPED_ATTRIBUTES:
      cells.droppedAttributes[row] = scan.value
      break
    case DROPPED_EVENTS:
      cells.droppedEvents[row] = scan.value
      break
    case DROPPED_LINKS:
      cells.droppedLinks[row] = scan.value
      break
    case STATUS:
      scanStatus(scan, spans, row, scan.start, scan.stop)
      break
    case FLAGS:
      cells.flags[row] = scan.view.getInt32(scan.start, true)
      break
    default:
      passUnknown(scan, SPAN_FIELDS)
  }
}

function scanStatus(scan: OtlpScan, spans: SpanColumns, row: number, at: number, end: number): void {
  const cells = spans.at
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    switch (scan.tag) {
      case STATUS_MESSAGE:
        cells.statusMessageStart[row] = scan.start
        cells.statusMessageEnd[row] = scan.stop
        checkText(scan)
        break
      case STATUS_CODE:
        cells.statusCode[row] = enumNumber(scan)
        break
      default:
        passUnknown(scan, STATUS_FIELDS)
    }
  }
}

function checkSpan(scan: OtlpScan, spans: SpanColumns, row: number, times: TimeBounds): void {
  const cells = spans.at
  if (cells.traceId[row] === ABSENT) setFault(scan, FAULT.trace_id)
  if (cells.spanId[row] === ABSENT) setFault(scan, FAULT.span_id)
  const start = cells.startTime[row]!
  if (start === ABSENT || isTooEarly(scan.view, start, times) || isTooLate(scan.view, start, times)) {
    setFault(scan, FAULT.start_time)
  }
  const end = cells.endTime[row]!
  if (end !== ABSENT && isTooLate(scan.view, end, times)) setFault(scan, FAULT.end_time)
}
