/** Puts a log record onto the tape, or takes it off again with the reason why it can't be stored. */
import type { LogColumns, LogTape } from './log-tape.ts'
import { FAULT } from './rejections.ts'
import type { RequestScan } from './request-scan.ts'
import { beginOwner, checkText, type OtlpScan, scanAttribute, scanBody, setFault } from './scan-attributes.ts'
import { ABSENT, idOrAbsent, SPAN_ID_BYTES, TRACE_ID_BYTES } from './scan-ids.ts'
import { isTooEarly, isTooLate, isZeroTime, type TimeBounds } from './time-bounds.ts'
import { enumNumber, FIXED32, FIXED64, knownFields, LEN, passUnknown, readField, tagOf, VARINT } from './wire/scan.ts'

// opentelemetry.proto.logs.v1.LogRecord
const TIME = tagOf(1, FIXED64)
const SEVERITY_NUMBER = tagOf(2, VARINT)
const SEVERITY_TEXT = tagOf(3, LEN)
const BODY = tagOf(5, LEN)
const ATTRIBUTE = tagOf(6, LEN)
const DROPPED_ATTRIBUTES = tagOf(7, VARINT)
const FLAGS = tagOf(8, FIXED32)
const TRACE_ID = tagOf(9, LEN)
const SPAN_ID = tagOf(10, LEN)
const OBSERVED_TIME = tagOf(11, FIXED64)
const EVENT_NAME = tagOf(12, LEN)
const LOG_FIELDS = knownFields(1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12)

/** As `ScanItem`, for a scan onto a {@link LogTape}. */
export function scanLogRecord(scan: RequestScan, scope: number, fault: number, at: number, end: number): number {
  const { logs, attributes } = scan.tape as LogTape
  const row = logs.add()
  const attributesBefore = attributes.length
  beginOwner(scan, fault)
  clearRecord(logs, row, scope, attributesBefore)
  scanFields(scan, logs, row, at, end)
  checkTime(scan, logs, row, scan.times)
  // The body waits until the attributes are complete, so that those are contiguous. Given twice, its messages merge: the last value counts.
  if (logs.at.body[row] !== ABSENT) scanBodies(scan, logs, row, end)
  if (scan.fault !== 0) {
    logs.length = row
    attributes.length = attributesBefore
    scan.elements = scan.elementsFirst
  }
  return scan.fault
}

/** Absent for every field: cells still hold what an earlier request left. */
function clearRecord(logs: LogColumns, row: number, scope: number, attributes: number): void {
  const cells = logs.at
  cells.scope[row] = scope
  cells.traceId[row] = ABSENT
  cells.spanId[row] = ABSENT
  cells.time[row] = ABSENT
  cells.observedTime[row] = ABSENT
  cells.severityNumber[row] = 0
  cells.severityTextStart[row] = ABSENT
  cells.severityTextEnd[row] = ABSENT
  cells.eventNameStart[row] = ABSENT
  cells.eventNameEnd[row] = ABSENT
  cells.body[row] = ABSENT
  cells.attributes[row] = attributes
  cells.attributeCount[row] = 0
  cells.dropped[row] = 0
  cells.flags[row] = 0
}

/** Reads all fields but the body, of which it only notes in `body` the byte where the first one starts. */
function scanFields(scan: OtlpScan, logs: LogColumns, row: number, at: number, end: number): void {
  const cells = logs.at
  let position = at
  while (position < end) {
    const field = position
    position = readField(scan, position, end)
    switch (scan.tag) {
      case TIME:
        cells.time[row] = scan.start
        break
      case OBSERVED_TIME:
        cells.observedTime[row] = scan.start
        break
      case SEVERITY_NUMBER:
        cells.severityNumber[row] = enumNumber(scan)
        break
      case SEVERITY_TEXT:
        cells.severityTextStart[row] = scan.start
        cells.severityTextEnd[row] = scan.stop
        checkText(scan)
        break
      case BODY:
        if (cells.body[row] === ABSENT) cells.body[row] = field
        break
      case ATTRIBUTE:
        scanAttribute(scan, scan.start, position)
        break
      default:
        scanRareField(scan, logs, row)
    }
  }
  cells.attributeCount[row] = scan.attributes.length - scan.attributesFirst
}

function scanRareField(scan: OtlpScan, logs: LogColumns, row: number): void {
  const cells = logs.at
  switch (scan.tag) {
    case TRACE_ID:
      cells.traceId[row] = idOrAbsent(scan, TRACE_ID_BYTES)
      break
    case SPAN_ID:
      cells.spanId[row] = idOrAbsent(scan, SPAN_ID_BYTES)
      break
    case EVENT_NAME:
      cells.eventNameStart[row] = scan.start
      cells.eventNameEnd[row] = scan.stop
      checkText(scan)
      break
    case DROPPED_ATTRIBUTES:
      cells.dropped[row] = scan.value
      break
    case FLAGS:
      cells.flags[row] = scan.view.getInt32(scan.start, true)
      break
    default:
      passUnknown(scan, LOG_FIELDS)
  }
}

function scanBodies(scan: OtlpScan, logs: LogColumns, row: number, end: number): void {
  const body = scan.attributes.add()
  let position = logs.at.body[row]!
  logs.at.body[row] = body
  for (let isFirst = true; position < end; ) {
    position = readField(scan, position, end)
    if (scan.tag !== BODY) continue
    scanBody(scan, body, scan.start, position, isFirst)
    isFirst = false
  }
}

/** A record without a time of its own has the one at which it was observed; one with neither has none. */
function checkTime(scan: OtlpScan, logs: LogColumns, row: number, times: TimeBounds): void {
  const cells = logs.at
  const own = cells.time[row]!
  if (own === ABSENT || isZeroTime(scan.view, own)) cells.time[row] = cells.observedTime[row]!
  const time = cells.time[row]!
  if (time === ABSENT) return
  if (isZeroTime(scan.view, time)) cells.time[row] = ABSENT
  else if (isTooEarly(scan.view, time, times) || isTooLate(scan.view, time, times)) setFault(scan, FAULT.time)
}
