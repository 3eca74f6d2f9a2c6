/** Puts a span's events and links onto the tape. */
import { FAULT } from './rejections.ts'
import { checkText, type OtlpScan, scanAttribute, setFault } from './scan-attributes.ts'
import { ABSENT, idOrAbsent, SPAN_ID_BYTES, TRACE_ID_BYTES } from './scan-ids.ts'
import type { EventColumns, LinkColumns, TraceTape } from './tape.ts'
import { FIXED32, FIXED64, knownFields, LEN, passUnknown, readField, tagOf, VARINT } from './wire/scan.ts'

// opentelemetry.proto.trace.v1.Span
const EVENT = tagOf(11, LEN)
const LINK = tagOf(13, LEN)

// …Span.Event
const EVENT_TIME = tagOf(1, FIXED64)
const EVENT_NAME = tagOf(2, LEN)
const EVENT_ATTRIBUTE = tagOf(3, LEN)
const EVENT_DROPPED = tagOf(4, VARINT)
const EVENT_FIELDS = knownFields(1, 2, 3, 4)

// …Span.Link
const LINK_TRACE_ID = tagOf(1, LEN)
const LINK_SPAN_ID = tagOf(2, LEN)
const LINK_TRACE_STATE = tagOf(3, LEN)
const LINK_ATTRIBUTE = tagOf(4, LEN)
const LINK_DROPPED = tagOf(5, VARINT)
const LINK_FLAGS = tagOf(6, FIXED32)
const LINK_FIELDS = knownFields(1, 2, 3, 4, 5, 6)

/** Reads the events that `scanSpanFields` counted. */
export function scanEvents(scan: OtlpScan, tape: TraceTape, row: number, end: number): void {
  const cells = tape.spans.at
  const events = tape.events
  const first = events.length
  let position = cells.events[row]!
  for (let left = cells.eventCount[row]!; left > 0; ) {
    position = readField(scan, position, end)
    if (scan.tag !== EVENT) continue
    left--
    if (events.length - first >= scan.attributesMax) {
      setFault(scan, FAULT.event_count)
      events.length = first
    }
    scanEvent(scan, events, events.add(), scan.start, position)
  }
  cells.events[row] = first
}

function scanEvent(scan: OtlpScan, events: EventColumns, row: number, at: number, end: number): void {
  const cells = events.at
  const attributes = scan.attributes.length
  cells.time[row] = ABSENT
  cells.nameStart[row] = ABSENT
  cells.nameEnd[row] = ABSENT
  cells.dropped[row] = 0
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    switch (scan.tag) {
      case EVENT_TIME:
        cells.time[row] = scan.start
        break
      case EVENT_NAME:
        cells.nameStart[row] = scan.start
        cells.nameEnd[row] = scan.stop
        checkText(scan)
        break
      case EVENT_ATTRIBUTE:
        scanAttribute(scan, scan.start, position)
        break
      case EVENT_DROPPED:
        cells.dropped[row] = scan.value
        break
      default:
        passUnknown(scan, EVENT_FIELDS)
    }
  }
  cells.attributes[row] = attributes
  cells.attributeCount[row] = scan.attributes.length - attributes
}

/** Reads the links that `scanSpanFields` counted. */
export function scanLinks(scan: OtlpScan, tape: TraceTape, row: number, end: number): void {
  const cells = tape.spans.at
  const links = tape.links
  const first = links.length
  let position = cells.links[row]!
  for (let left = cells.linkCount[row]!; left > 0; ) {
    position = readField(scan, position, end)
    if (scan.tag !== LINK) continue
    left--
    if (links.length - first >= scan.attributesMax) {
      setFault(scan, FAULT.link_count)
      links.length = first
    }
    scanLink(scan, links, links.add(), scan.start, position)
  }
  cells.links[row] = first
}

function scanLink(scan: OtlpScan, links: LinkColumns, row: number, at: number, end: number): void {
  const cells = links.at
  const attributes = scan.attributes.length
  clearLink(links, row)
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    switch (scan.tag) {
      case LINK_TRACE_ID:
        if (scan.stop !== scan.start && scan.stop - scan.start !== TRACE_ID_BYTES) setFault(scan, FAULT.link_id)
        cells.traceId[row] = idOrAbsent(scan, TRACE_ID_BYTES)
        break
      case LINK_SPAN_ID:
        if (scan.stop !== scan.start && scan.stop - scan.start !== SPAN_ID_BYTES) setFault(scan, FAULT.link_id)
        cells.spanId[row] = idOrAbsent(scan, SPAN_ID_BYTES)
        break
      case LINK_TRACE_STATE:
        cells.traceStateStart[row] = scan.start
        cells.traceStateEnd[row] = scan.stop
        checkText(scan)
        break
      case LINK_ATTRIBUTE:
        scanAttribute(scan, scan.start, position)
        break
      case LINK_DROPPED:
        cells.dropped[row] = scan.value
        break
      case LINK_FLAGS:
        cells.flags[row] = scan.view.getInt32(scan.start, true)
        break
      default:
        passUnknown(scan, LINK_FIELDS)
    }
  }
  cells.attributes[row] = attributes
  cells.attributeCount[row] = scan.attributes.length - attributes
}

function clearLink(links: LinkColumns, row: number): void {
  const cells = links.at
  cells.traceId[row] = ABSENT
  cells.spanId[row] = ABSENT
  cells.traceStateStart[row] = ABSENT
  cells.traceStateEnd[row] = ABSENT
  cells.flags[row] = 0
  cells.dropped[row] = 0
}
