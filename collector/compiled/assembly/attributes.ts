/** Puts attributes onto the tape, and checks the values inside of lists, as `otlp/scan-attributes.ts` does. */
import { isAscii, isUtf8 } from './bytes'
import { addKey, guessKey } from './keys'
import { ATTRIBUTES_MAX, BODY } from './layout'
import { KEY, KEY_END, KEY_START, TYPE, VALUE_END, VALUE_START } from './tables'
import { FIXED64, LEN, leave, passUnknown, readField, start, stop, tag, VARINT } from './wire'

// opentelemetry.proto.common.v1.KeyValue and AnyValue
const KEY_FIELD: i32 = (1 << 3) | LEN
const VALUE_FIELD: i32 = (2 << 3) | LEN
const KEY_VALUE_FIELDS: u32 = 0b110
const STRING: i32 = (1 << 3) | LEN
const BOOL: i32 = (2 << 3) | VARINT
const INT: i32 = (3 << 3) | VARINT
const DOUBLE: i32 = (4 << 3) | FIXED64
const ARRAY: i32 = (5 << 3) | LEN
const KVLIST: i32 = (6 << 3) | LEN
const BYTES: i32 = (7 << 3) | LEN
const ANY_VALUE_FIELDS: u32 = 0b11111110
const ELEMENT: i32 = (1 << 3) | LEN
const LIST_FIELDS: u32 = 0b10

/** Rows in use. */
export let attributeCount: i32 = 0
/** Elements of lists so far. */
let elements: i32 = 0
/** Where those of the owner at hand begin. */
let attributesFirst: i32 = 0
let elementsFirst: i32 = 0
/** Content of the AnyValue that was read last. */
let anyStart: i32 = -1
let anyStop: i32 = -1

// Limits of the request at hand.
let valueBytesMax: i32 = 0
let depthMax: i32 = 0
let attributesMax: i32 = 0
let elementsMax: i32 = 0

export function beginAttributes(valueBytes: i32, depth: i32, attributes: i32, elementsOfOwner: i32): void {
  valueBytesMax = valueBytes
  depthMax = depth
  attributesMax = attributes
  elementsMax = elementsOfOwner
  attributeCount = 0
  elements = 0
}

/** All attributes from now on are of another span, scope or resource. */
export function beginOwner(): void {
  attributesFirst = attributeCount
  elementsFirst = elements
}

/** Attributes of the owner at hand. */
export function ownAttributes(): i32 {
  return attributeCount - attributesFirst
}

/** Attributes and elements of the whole request. */
export function attributesAndElements(): i32 {
  return attributeCount + elements
}

/** Takes off the attributes behind the first so many. */
export function cutAttributes(count: i32): void {
  attributeCount = count
}

/** Checks the text field that was just read. */
export function checkText(): void {
  if (stop - start > valueBytesMax || !isUtf8(start, stop)) leave()
}

/** Puts the KeyValue in `[at, end)` onto the tape. */
export function scanAttribute(at: i32, end: i32): void {
  if (attributeCount - attributesFirst >= attributesMax || attributeCount === ATTRIBUTES_MAX) leave()
  const row = attributeCount++ << 2
  if (!scanPlainAttribute(row, at, end)) scanAnyAttribute(row, at, end)
}

/** Key, then value, all ASCII, a string below 128 bytes or a small number, nothing else: nine attributes of ten. */
function scanPlainAttribute(row: i32, at: i32, end: i32): bool {
  if (end - at < 6 || end - at > valueBytesMax || load<u8>(at, BODY) !== KEY_FIELD) return false
  const keyLength: i32 = load<u8>(at + 1, BODY)
  const keyEnd = at + 2 + keyLength
  if (keyLength > 127 || keyEnd + 4 > end || load<u8>(keyEnd, BODY) !== VALUE_FIELD) return false
  if (keyEnd + 2 + load<u8>(keyEnd + 1, BODY) !== end) return false
  const type: i32 = load<u8>(keyEnd + 2, BODY)
  let asciiEnd = end
  if (type === STRING) {
    if (keyEnd + 4 + load<u8>(keyEnd + 3, BODY) !== end) return false
    store<i32>(row, keyEnd + 4, VALUE_START)
  } else if (type === INT || type === BOOL) {
    // One or two bytes; a longer number takes the general way.
    if (end - keyEnd !== 4 && (end - keyEnd !== 5 || load<u8>(keyEnd + 3, BODY) < 128)) return false
    if (load<u8>(end - 1, BODY) > 127) return false
    asciiEnd = keyEnd + 2
    store<i32>(row, keyEnd + 3, VALUE_START)
  } else return false
  const guess = guessKey(at + 2, keyEnd)
  if (!isAscii(guess > 0 ? keyEnd : at, asciiEnd)) return false
  store<i32>(row, guess > 0 ? guess : addKey(at + 2, keyEnd), KEY)
  store<i32>(row, at + 2, KEY_START)
  store<i32>(row, keyEnd, KEY_END)
  store<i32>(row, type >>> 3, TYPE)
  store<i32>(row, end, VALUE_END)
  return true
}

/** Any order, repetition, length and type. */
function scanAnyAttribute(row: i32, at: i32, end: i32): void {
  let keyStart = -1
  let keyEnd = -1
  let type = 0
  let valueStart = -1
  let valueEnd = -1
  let position = at
  while (position < end) {
    position = readField(position, end)
    if (tag === KEY_FIELD) {
      keyStart = start
      keyEnd = stop
      checkText()
    } else if (tag === VALUE_FIELD) {
      const found = scanAnyValue(start, stop, 1)
      if (found === 0) continue
      type = found
      valueStart = anyStart
      valueEnd = anyStop
    } else passUnknown(KEY_VALUE_FIELDS)
  }
  store<i32>(row, keyStart, KEY_START)
  store<i32>(row, keyEnd, KEY_END)
  store<i32>(row, addKey(keyStart, keyEnd), KEY)
  store<i32>(row, type, TYPE)
  store<i32>(row, valueStart, VALUE_START)
  store<i32>(row, valueEnd, VALUE_END)
}

/** Which member the AnyValue in `[at, end)` holds, the last one of several; its content is in `anyStart`, `anyStop`. */
function scanAnyValue(at: i32, end: i32, depth: i32): i32 {
  let type = 0
  let from = -1
  let to = -1
  let position = at
  while (position < end) {
    position = readField(position, end)
    if (tag === ARRAY || tag === KVLIST) {
      type = tag >>> 3
      from = start
      to = stop
      scanList(type, from, to, depth + 1)
      continue
    }
    if (tag === STRING) {
      checkText()
      if (depth > 1) countControls()
    } else if (tag === BYTES) {
      if (stop - start > valueBytesMax) leave()
    } else if (tag !== BOOL && tag !== INT && tag !== DOUBLE) {
      passUnknown(ANY_VALUE_FIELDS)
      continue
    }
    type = tag >>> 3
    from = start
    to = stop
  }
  anyStart = from
  anyStop = to
  return type
}

function scanList(type: i32, at: i32, end: i32, depth: i32): void {
  if (end - at > valueBytesMax) leave()
  if (depth > depthMax) {
    if (at < end) leave()
    return
  }
  let position = at
  while (position < end) {
    position = readField(position, end)
    addElements(1)
    if (tag !== ELEMENT) passUnknown(LIST_FIELDS)
    else if (type === ARRAY >>> 3) scanAnyValue(start, stop, depth)
    else scanPair(start, stop, depth)
  }
}

function scanPair(at: i32, end: i32, depth: i32): void {
  let position = at
  while (position < end) {
    position = readField(position, end)
    if (tag === KEY_FIELD) {
      checkText()
      countControls()
    } else if (tag === VALUE_FIELD) scanAnyValue(start, stop, depth)
    else passUnknown(KEY_VALUE_FIELDS)
  }
}

/** Text inside a list is stored as JSON, where a control character takes six characters: they count as elements. */
function countControls(): void {
  let controls = 0
  for (let at = start; at < stop; at++) {
    const byte = load<u8>(at, BODY)
    if (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) controls++
  }
  if (controls > 0) addElements(controls)
}

function addElements(count: i32): void {
  elements += count
  if (elements - elementsFirst > elementsMax) leave()
}
