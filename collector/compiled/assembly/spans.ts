/** Puts a span with its events and links onto the tape, as `otlp/scan-span.ts` and `otlp/scan-span-children.ts` do. */
import { attributeCount, beginOwner, checkText, ownAttributes, scanAttribute } from './attributes'
import { BODY, EVENTS_MAX, LINKS_MAX, SPANS_MAX } from './layout'
import * as t from './tables'
import {
  enumNumber,
  FIXED32,
  FIXED64,
  LEN,
  leave,
  passUnknown,
  readField,
  start,
  stop,
  tag,
  VARINT,
  value,
} from './wire'

// opentelemetry.proto.trace.v1.Span
const TRACE_ID: i32 = (1 << 3) | LEN
const SPAN_ID: i32 = (2 << 3) | LEN
const TRACE_STATE: i32 = (3 << 3) | LEN
const PARENT_SPAN_ID: i32 = (4 << 3) | LEN
const NAME: i32 = (5 << 3) | LEN
const KIND: i32 = (6 << 3) | VARINT
const START_TIME: i32 = (7 << 3) | FIXED64
const END_TIME: i32 = (8 << 3) | FIXED64
const ATTRIBUTE: i32 = (9 << 3) | LEN
const DROPPED_ATTRIBUTES: i32 = (10 << 3) | VARINT
const EVENT: i32 = (11 << 3) | LEN
const DROPPED_EVENTS: i32 = (12 << 3) | VARINT
const LINK: i32 = (13 << 3) | LEN
const DROPPED_LINKS: i32 = (14 << 3) | VARINT
const STATUS: i32 = (15 << 3) | LEN
const FLAGS: i32 = (16 << 3) | FIXED32
const SPAN_FIELDS: u32 = 0b11111111111111110

// …Status
const STATUS_MESSAGE: i32 = (2 << 3) | LEN
const STATUS_CODE: i32 = (3 << 3) | VARINT
const STATUS_FIELDS: u32 = 0b1100

// …Span.Event
const EVENT_TIME: i32 = (1 << 3) | FIXED64
const EVENT_NAME: i32 = (2 << 3) | LEN
const EVENT_ATTRIBUTE: i32 = (3 << 3) | LEN
const EVENT_DROPPED: i32 = (4 << 3) | VARINT
const EVENT_FIELDS: u32 = 0b11110

// …Span.Link
const LINK_TRACE_ID: i32 = (1 << 3) | LEN
const LINK_SPAN_ID: i32 = (2 << 3) | LEN
const LINK_TRACE_STATE: i32 = (3 << 3) | LEN
const LINK_ATTRIBUTE: i32 = (4 << 3) | LEN
const LINK_DROPPED: i32 = (5 << 3) | VARINT
const LINK_FLAGS: i32 = (6 << 3) | FIXED32
const LINK_FIELDS: u32 = 0b1111110

const ABSENT: i32 = -1

/** Rows in use. */
export let spanCount: i32 = 0
export let eventCount: i32 = 0
export let linkCount: i32 = 0

/** Credible times, nanoseconds since the epoch. */
let earliest: u64 = 0
let latest: u64 = 0
let childrenMax: i32 = 0

export function beginSpans(earliestTime: u64, latestTime: u64, childrenOfSpanMax: i32): void {
  spanCount = 0
  eventCount = 0
  linkCount = 0
  earliest = earliestTime
  latest = latestTime
  childrenMax = childrenOfSpanMax
}

export function scanSpan(scope: i32, at: i32, end: i32): void {
  if (spanCount === SPANS_MAX) leave()
  const row = spanCount++ << 2
  beginOwner()
  clearSpan(row, scope)
  scanSpanFields(row, at, end)
  checkSpan(row)
  // Events and links wait until the span's own attributes are complete, so that those are contiguous.
  if (load<i32>(row, t.SPAN_EVENT_COUNT) > 0) scanEvents(row, end)
  if (load<i32>(row, t.SPAN_LINK_COUNT) > 0) scanLinks(row, end)
}

function clearSpan(row: i32, scope: i32): void {
  store<i32>(row, scope, t.SPAN_SCOPE)
  store<i32>(row, ABSENT, t.SPAN_TRACE_ID)
  store<i32>(row, ABSENT, t.SPAN_SPAN_ID)
  store<i32>(row, ABSENT, t.SPAN_PARENT_SPAN_ID)
  store<i32>(row, ABSENT, t.SPAN_TRACE_STATE_START)
  store<i32>(row, ABSENT, t.SPAN_TRACE_STATE_END)
  store<i32>(row, ABSENT, t.SPAN_NAME_START)
  store<i32>(row, ABSENT, t.SPAN_NAME_END)
  store<i32>(row, 0, t.SPAN_KIND)
  store<i32>(row, 0, t.SPAN_FLAGS)
  store<i32>(row, ABSENT, t.SPAN_START_TIME)
  store<i32>(row, ABSENT, t.SPAN_END_TIME)
  store<i32>(row, attributeCount, t.SPAN_ATTRIBUTES)
  store<i32>(row, 0, t.SPAN_ATTRIBUTE_COUNT)
  store<i32>(row, 0, t.SPAN_DROPPED_ATTRIBUTES)
  store<i32>(row, 0, t.SPAN_EVENTS)
  store<i32>(row, 0, t.SPAN_EVENT_COUNT)
  store<i32>(row, 0, t.SPAN_DROPPED_EVENTS)
  store<i32>(row, 0, t.SPAN_LINKS)
  store<i32>(row, 0, t.SPAN_LINK_COUNT)
  store<i32>(row, 0, t.SPAN_DROPPED_LINKS)
  store<i32>(row, 0, t.SPAN_STATUS_CODE)
  store<i32>(row, ABSENT, t.SPAN_STATUS_MESSAGE_START)
  store<i32>(row, ABSENT, t.SPAN_STATUS_MESSAGE_END)
}

/** Of events and links it only notes how many there are, and the byte where the first one starts. */
function scanSpanFields(row: i32, at: i32, end: i32): void {
  let position = at
  while (position < end) {
    const field = position
    // Half of all fields are short attributes: read here, an eighth of the whole is saved.
    if (load<u8>(position, BODY) === ATTRIBUTE && position + 1 < end) {
      const length: i32 = load<u8>(position + 1, BODY)
      if (length < 128) {
        const from = position + 2
        position = from + length
        if (position > end) leave()
        scanAttribute(from, position)
        continue
      }
    }
    position = readField(position, end)
    switch (tag) {
      case ATTRIBUTE:
        scanAttribute(start, position)
        break
      case TRACE_ID:
        store<i32>(row, traceIdOrAbsent(), t.SPAN_TRACE_ID)
        break
      case SPAN_ID:
        store<i32>(row, spanIdOrAbsent(), t.SPAN_SPAN_ID)
        break
      case PARENT_SPAN_ID:
        if (stop !== start && stop - start !== 8) leave()
        store<i32>(row, spanIdOrAbsent(), t.SPAN_PARENT_SPAN_ID)
        break
      case TRACE_STATE:
        keepText(row, t.SPAN_TRACE_STATE_START, t.SPAN_TRACE_STATE_END)
        break
      case NAME:
        keepText(row, t.SPAN_NAME_START, t.SPAN_NAME_END)
        break
      case KIND:
        store<i32>(row, enumNumber(), t.SPAN_KIND)
        break
      case START_TIME:
        store<i32>(row, start, t.SPAN_START_TIME)
        break
      case END_TIME:
        store<i32>(row, start, t.SPAN_END_TIME)
        break
      case EVENT:
        noteChild(row, field, t.SPAN_EVENT_COUNT, t.SPAN_EVENTS)
        break
      case LINK:
        noteChild(row, field, t.SPAN_LINK_COUNT, t.SPAN_LINKS)
        break
      case STATUS:
        scanStatus(row, start, stop)
        break
      case FLAGS:
        store<i32>(row, load<i32>(start, BODY), t.SPAN_FLAGS)
        break
      case DROPPED_ATTRIBUTES:
        store<i32>(row, value, t.SPAN_DROPPED_ATTRIBUTES)
        break
      case DROPPED_EVENTS:
        store<i32>(row, value, t.SPAN_DROPPED_EVENTS)
        break
      case DROPPED_LINKS:
        store<i32>(row, value, t.SPAN_DROPPED_LINKS)
        break
      default:
        passUnknown(SPAN_FIELDS)
    }
  }
  store<i32>(row, ownAttributes(), t.SPAN_ATTRIBUTE_COUNT)
}

function noteChild(row: i32, field: i32, counts: i32, firsts: i32): void {
  const count = load<i32>(row + counts)
  if (count === 0) store<i32>(row + firsts, field)
  store<i32>(row + counts, count + 1)
}

/** Notes the text field that was just read in two columns. */
function keepText(row: i32, starts: i32, ends: i32): void {
  store<i32>(row + starts, start)
  store<i32>(row + ends, stop)
  checkText()
}

function scanStatus(row: i32, at: i32, end: i32): void {
  let position = at
  while (position < end) {
    position = readField(position, end)
    if (tag === STATUS_MESSAGE) keepText(row, t.SPAN_STATUS_MESSAGE_START, t.SPAN_STATUS_MESSAGE_END)
    else if (tag === STATUS_CODE) store<i32>(row, enumNumber(), t.SPAN_STATUS_CODE)
    else passUnknown(STATUS_FIELDS)
  }
}

function checkSpan(row: i32): void {
  if (load<i32>(row, t.SPAN_TRACE_ID) === ABSENT || load<i32>(row, t.SPAN_SPAN_ID) === ABSENT) leave()
  const from = load<i32>(row, t.SPAN_START_TIME)
  if (from === ABSENT) leave()
  const began = load<u64>(from, BODY)
  if (began < earliest || began > latest) leave()
  const to = load<i32>(row, t.SPAN_END_TIME)
  if (to !== ABSENT && load<u64>(to, BODY) > latest) leave()
}

/** Where the id that was just read starts; absent when it has another length or is all zero. */
function traceIdOrAbsent(): i32 {
  return stop - start === 16 && (load<u64>(start, BODY) | load<u64>(start + 8, BODY)) !== 0 ? start : ABSENT
}

function spanIdOrAbsent(): i32 {
  return stop - start === 8 && load<u64>(start, BODY) !== 0 ? start : ABSENT
}

function scanEvents(row: i32, end: i32): void {
  const count = load<i32>(row, t.SPAN_EVENT_COUNT)
  if (count > childrenMax || eventCount + count > EVENTS_MAX) leave()
  const first = eventCount
  let position = load<i32>(row, t.SPAN_EVENTS)
  for (let left = count; left > 0; ) {
    position = readField(position, end)
    if (tag !== EVENT) continue
    left--
    scanEvent(eventCount++ << 2, start, position)
  }
  store<i32>(row, first, t.SPAN_EVENTS)
}

function scanEvent(row: i32, at: i32, end: i32): void {
  const attributes = attributeCount
  store<i32>(row, ABSENT, t.EVENT_TIME)
  store<i32>(row, ABSENT, t.EVENT_NAME_START)
  store<i32>(row, ABSENT, t.EVENT_NAME_END)
  store<i32>(row, 0, t.EVENT_DROPPED)
  let position = at
  while (position < end) {
    position = readField(position, end)
    if (tag === EVENT_ATTRIBUTE) scanAttribute(start, position)
    else if (tag === EVENT_TIME) store<i32>(row, start, t.EVENT_TIME)
    else if (tag === EVENT_NAME) keepText(row, t.EVENT_NAME_START, t.EVENT_NAME_END)
    else if (tag === EVENT_DROPPED) store<i32>(row, value, t.EVENT_DROPPED)
    else passUnknown(EVENT_FIELDS)
  }
  store<i32>(row, attributes, t.EVENT_ATTRIBUTES)
  store<i32>(row, attributeCount - attributes, t.EVENT_ATTRIBUTE_COUNT)
}

function scanLinks(row: i32, end: i32): void {
  const count = load<i32>(row, t.SPAN_LINK_COUNT)
  if (count > childrenMax || linkCount + count > LINKS_MAX) leave()
  const first = linkCount
  let position = load<i32>(row, t.SPAN_LINKS)
  for (let left = count; left > 0; ) {
    position = readField(position, end)
    if (tag !== LINK) continue
    left--
    scanLink(linkCount++ << 2, start, position)
  }
  store<i32>(row, first, t.SPAN_LINKS)
}

function scanLink(row: i32, at: i32, end: i32): void {
  const attributes = attributeCount
  store<i32>(row, ABSENT, t.LINK_TRACE_ID)
  store<i32>(row, ABSENT, t.LINK_SPAN_ID)
  store<i32>(row, ABSENT, t.LINK_TRACE_STATE_START)
  store<i32>(row, ABSENT, t.LINK_TRACE_STATE_END)
  store<i32>(row, 0, t.LINK_FLAGS)
  store<i32>(row, 0, t.LINK_DROPPED)
  let position = at
  while (position < end) {
    position = readField(position, end)
    if (tag === LINK_TRACE_ID) {
      if (stop !== start && stop - start !== 16) leave()
      store<i32>(row, traceIdOrAbsent(), t.LINK_TRACE_ID)
    } else if (tag === LINK_SPAN_ID) {
      if (stop !== start && stop - start !== 8) leave()
      store<i32>(row, spanIdOrAbsent(), t.LINK_SPAN_ID)
    } else if (tag === LINK_TRACE_STATE) keepText(row, t.LINK_TRACE_STATE_START, t.LINK_TRACE_STATE_END)
    else if (tag === LINK_ATTRIBUTE) scanAttribute(start, position)
    else if (tag === LINK_DROPPED) store<i32>(row, value, t.LINK_DROPPED)
    else if (tag === LINK_FLAGS) store<i32>(row, load<i32>(start, BODY), t.LINK_FLAGS)
    else passUnknown(LINK_FIELDS)
  }
  store<i32>(row, attributes, t.LINK_ATTRIBUTES)
  store<i32>(row, attributeCount - attributes, t.LINK_ATTRIBUTE_COUNT)
}
