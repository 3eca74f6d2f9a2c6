/** Puts attributes onto the tape, and walks the values inside of lists, which the tape does not hold, to check them. */

import type { KeyNumbers } from './key-numbers.ts'
import { DEPTH_MAX, ELEMENTS_PER_ATTRIBUTE_MAX, type OtlpLimits } from './limits.ts'
import { FAULT, type Rejections } from './rejections.ts'
import { ANY, type AttributeColumns } from './tape.ts'
import { FIXED64, knownFields, LEN, passUnknown, readField, Scan, tagOf, VARINT } from './wire/scan.ts'
import { isAscii, repairUtf8 } from './wire/utf8.ts'

// opentelemetry.proto.common.v1.KeyValue and AnyValue
const KEY = tagOf(1, LEN)
const VALUE = tagOf(2, LEN)
const KEY_VALUE_FIELDS = knownFields(1, 2)
const STRING = tagOf(ANY.string, LEN)
const BOOL = tagOf(ANY.bool, VARINT)
const INT = tagOf(ANY.int, VARINT)
const DOUBLE = tagOf(ANY.double, FIXED64)
const ARRAY = tagOf(ANY.array, LEN)
const KVLIST = tagOf(ANY.kvlist, LEN)
const BYTES = tagOf(ANY.bytes, LEN)
const ANY_VALUE_FIELDS = knownFields(1, 2, 3, 4, 5, 6, 7)
/** ArrayValue and KeyValueList both hold their elements in field 1. */
const ELEMENT = tagOf(1, LEN)
const LIST_FIELDS = knownFields(1)

/** A scan that knows the limits, and remembers the first fault of the span (scope, resource) at hand. */
export class OtlpScan extends Scan {
  readonly attributes: AttributeColumns
  readonly keys: KeyNumbers
  readonly rejections: Rejections
  readonly valueBytesMax: number
  readonly depthMax: number
  readonly attributesMax: number
  readonly elementsMax: number
  /** One of `FAULT`, 0 while there is none. */
  fault = 0
  /** Where the attributes of the owner at hand begin. */
  attributesFirst = 0
  /** Elements of lists so far, and before the owner at hand. Characters that JSON writes as six count like elements. */
  elements = 0
  elementsFirst = 0
  /** Texts in which bytes were replaced because they are not UTF-8. */
  repaired = 0
  /** Content of the AnyValue that was read last. */
  anyStart = -1
  anyStop = -1

  constructor(
    bytes: Uint8Array,
    attributes: AttributeColumns,
    keys: KeyNumbers,
    rejections: Rejections,
    limits: OtlpLimits,
  ) {
    super(bytes)
    this.attributes = attributes
    this.keys = keys
    this.rejections = rejections
    this.valueBytesMax = limits.valueBytesMax
    this.depthMax = Math.min(limits.depthMax, DEPTH_MAX)
    this.attributesMax = limits.attributesPerSpanMax
    this.elementsMax = limits.attributesPerSpanMax * ELEMENTS_PER_ATTRIBUTE_MAX
  }
}

/** Turns to the next span, scope or resource: all attributes from now on are its own. */
export function beginOwner(scan: OtlpScan, fault: number): void {
  scan.fault = fault
  scan.attributesFirst = scan.attributes.length
  scan.elementsFirst = scan.elements
}

/** Marks the owner at hand as faulty; its first fault stays. */
export function setFault(scan: OtlpScan, fault: number): void {
  if (scan.fault === 0) scan.fault = fault
}

/** Checks the text field that was just read: its size, and that it is UTF-8 (repaired where not). */
export function checkText(scan: OtlpScan): void {
  const start = scan.start
  const stop = scan.stop
  if (stop - start > scan.valueBytesMax) setFault(scan, FAULT.value_size)
  else if (repairUtf8(scan, start, stop)) scan.repaired++
}

/** Puts the KeyValue in `[at, end)` onto the tape. Too many for their owner are checked, but not kept. */
export function scanAttribute(scan: OtlpScan, at: number, end: number): void {
  const columns = scan.attributes
  if (columns.length - scan.attributesFirst >= scan.attributesMax) {
    setFault(scan, FAULT.attribute_count)
    columns.length = scan.attributesFirst
  }
  const row = columns.add()
  if (scanPlainAttribute(scan, columns.at, row, at, end)) return
  scanAnyAttribute(scan, columns.at, row, at, end)
}

/**
 * Fast path for nine attributes of ten: key, then value, all ASCII, a string below 128 bytes or a number, nothing else. Such
 * headers are ASCII themselves, so one look at all bytes, four at a time, checks lengths and text at once; a key that is the
 * one expected was looked at before. Takes a third of the time of the general way. Answers false, having kept nothing, for anything else.
 */
function scanPlainAttribute(
  scan: OtlpScan,
  cells: AttributeColumns['at'],
  row: number,
  at: number,
  end: number,
): boolean {
  const bytes = scan.bytes
  if (end - at < 6 || end - at > scan.valueBytesMax || bytes[at] !== KEY || bytes[at + 1]! > 127) return false
  const keyEnd = at + 2 + bytes[at + 1]!
  if (keyEnd + 4 > end || bytes[keyEnd] !== VALUE || keyEnd + 2 + bytes[keyEnd + 1]! !== end) return false
  const tag = bytes[keyEnd + 2]!
  let asciiEnd = end
  if (tag === STRING) {
    if (keyEnd + 4 + bytes[keyEnd + 3]! !== end) return false
    cells.valueStart[row] = keyEnd + 4
  } else if (tag === INT || tag === BOOL) {
    // One or two bytes; a longer number takes the general way.
    if (end - keyEnd !== 4 && (end - keyEnd !== 5 || bytes[keyEnd + 3]! < 128)) return false
    if (bytes[end - 1]! > 127) return false
    asciiEnd = keyEnd + 2
    cells.valueStart[row] = keyEnd + 3
  } else return false
  const guess = scan.fault === 0 ? scan.keys.guess(scan.view, at + 2, keyEnd) : 0
  if (!isAscii(scan.view, guess > 0 ? keyEnd : at, asciiEnd)) return false
  cells.key[row] = guess > 0 ? guess : numberKey(scan, at + 2, keyEnd)
  cells.keyStart[row] = at + 2
  cells.keyEnd[row] = keyEnd
  cells.type[row] = tag >>> 3
  cells.valueEnd[row] = end
  return true
}

/** Keys of an owner that is refused are not numbered: it goes off the tape, so they would only take memory. */
function numberKey(scan: OtlpScan, start: number, end: number): number {
  return scan.fault === 0 ? scan.keys.add(scan.view, start, end) : 0
}

/** The general way: any order, repetition, length and type. */
function scanAnyAttribute(scan: OtlpScan, cells: AttributeColumns['at'], row: number, at: number, end: number): void {
  cells.keyStart[row] = -1
  cells.keyEnd[row] = -1
  let type: number = ANY.empty
  let start = -1
  let stop = -1
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    switch (scan.tag) {
      case KEY:
        cells.keyStart[row] = scan.start
        cells.keyEnd[row] = scan.stop
        checkText(scan)
        break
      case VALUE: {
        const found = scanAnyValue(scan, scan.start, scan.stop, 1)
        if (found === ANY.empty) break
        type = found
        start = scan.anyStart
        stop = scan.anyStop
        break
      }
      default:
        passUnknown(scan, KEY_VALUE_FIELDS)
    }
  }
  cells.key[row] = numberKey(scan, cells.keyStart[row]!, cells.keyEnd[row]!)
  cells.type[row] = type
  cells.valueStart[row] = start
  cells.valueEnd[row] = stop
}

/**
 * Puts a value without a key, the body of a log record, into row `row` of the attributes.
 * @param isFirst false if the row holds a value already, which an empty one leaves as it is
 */
export function scanBody(scan: OtlpScan, row: number, at: number, end: number, isFirst: boolean): void {
  const cells = scan.attributes.at
  if (isFirst) {
    cells.keyStart[row] = -1
    cells.keyEnd[row] = -1
    cells.key[row] = 0
  }
  const type = scanAnyValue(scan, at, end, 1)
  if (type === ANY.empty && !isFirst) return
  cells.type[row] = type
  cells.valueStart[row] = scan.anyStart
  cells.valueEnd[row] = scan.anyStop
}

/**
 * Reads the AnyValue in `[at, end)`: answers which member it holds (the last one, of several) and leaves the place of its
 * content in `scan.anyStart`, `scan.anyStop`.
 */
function scanAnyValue(scan: OtlpScan, at: number, end: number, depth: number): number {
  let type: number = ANY.empty
  let start = -1
  let stop = -1
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    switch (scan.tag) {
      case STRING:
        if (depth > 1) checkNestedText(scan)
        else checkText(scan)
        break
      case BOOL:
      case INT:
      case DOUBLE:
        break
      case BYTES:
        if (scan.stop - scan.start > scan.valueBytesMax) setFault(scan, FAULT.value_size)
        break
      case ARRAY:
      case KVLIST:
        type = scan.tag >>> 3
        start = scan.start
        stop = scan.stop
        scanList(scan, type, start, stop, depth + 1)
        continue
      default:
        passUnknown(scan, ANY_VALUE_FIELDS)
        continue
    }
    type = scan.tag >>> 3
    start = scan.start
    stop = scan.stop
  }
  scan.anyStart = start
  scan.anyStop = stop
  return type
}

/** Checks the elements of an ArrayValue or KeyValueList, which lie `depth` deep. */
function scanList(scan: OtlpScan, type: number, at: number, end: number, depth: number): void {
  if (end - at > scan.valueBytesMax) setFault(scan, FAULT.value_size)
  if (depth > scan.depthMax) {
    if (at < end) setFault(scan, FAULT.depth)
    return
  }
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    addElements(scan, 1)
    if (scan.tag !== ELEMENT) passUnknown(scan, LIST_FIELDS)
    else if (type === ANY.array) scanAnyValue(scan, scan.start, scan.stop, depth)
    else scanPair(scan, scan.start, scan.stop, depth)
  }
}

/** Checks a KeyValue inside a KeyValueList. */
function scanPair(scan: OtlpScan, at: number, end: number, depth: number): void {
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    if (scan.tag === KEY) checkNestedText(scan)
    else if (scan.tag === VALUE) scanAnyValue(scan, scan.start, scan.stop, depth)
    else passUnknown(scan, KEY_VALUE_FIELDS)
  }
}

/** Text inside a list is stored as JSON, where a control character takes six characters. */
function checkNestedText(scan: OtlpScan): void {
  checkText(scan)
  let controls = 0
  for (let at = scan.start; at < scan.stop; at++) {
    const byte = scan.bytes[at]!
    if (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) controls++
  }
  if (controls > 0) addElements(scan, controls)
}

/** Counts elements of lists, and numbers of a distribution. */
export function addElements(scan: OtlpScan, count: number): void {
  scan.elements += count
  if (scan.elements - scan.elementsFirst > scan.elementsMax) setFault(scan, FAULT.element_count)
}
