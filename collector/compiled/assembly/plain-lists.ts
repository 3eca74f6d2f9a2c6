/**
 * Arrays and key-value lists as JSON, as `otlp/values/list-to-text.ts` writes them where that is plain and nothing needs an escape. Whatever is
 * not so simple (doubles of many digits, bytes, empty values, a key said twice, many keys) is left.
 */
import { ARRAY, BOOL, DOUBLE, INT, KVLIST, STRING } from './any-types'
import { isEqual } from './bytes'
import { digitsOf, putDigits, putDouble } from './decimals'
import { BODY, FORMATTED } from './layout'
import { readField, start, stop, tag } from './wire'

const BYTES: i32 = 7

// opentelemetry.proto.common.v1: ArrayValue and KeyValueList, KeyValue
const ELEMENT: i32 = 0x0a
const KEY: i32 = 0x0a
const VALUE: i32 = 0x12

const QUOTE: i32 = 0x22
const COMMA: i32 = 0x2c
const COLON: i32 = 0x3a
const FALSE: i64 = 0x65736c6166
const TRUE: i64 = 0x65757274

/** Pairs of one list: each key is compared with all before it. */
const PAIRS_MAX: i32 = 16

/** Of the KeyValue read last. */
let keyStart: i32 = 0
let keyEnd: i32 = 0
let valueStart: i32 = 0
let valueEnd: i32 = 0

/** Bytes that the list in `[from, to)` takes at most, as `putList` writes it. */
export function listBytesMax(from: i32, to: i32): i32 {
  return (to - from) * 2 + 32
}

/** Writes the list in `[from, to)` at `at` of `FORMATTED`; gives the place behind it, -1 where it is left. */
export function putList(type: i32, from: i32, to: i32, at: i32): i32 {
  return type === ARRAY ? putArray(from, to, at) : putObject(from, to, at)
}

function putArray(from: i32, to: i32, at: i32): i32 {
  store<u8>(at++, 0x5b, FORMATTED)
  const first = at
  for (let position = from; position < to; ) {
    position = readField(position, to)
    if (tag !== ELEMENT) continue
    if (at > first) store<u8>(at++, COMMA, FORMATTED)
    at = putValue(start, stop, at)
    if (at < 0) return -1
  }
  store<u8>(at, 0x5d, FORMATTED)
  return at + 1
}

function putObject(from: i32, to: i32, at: i32): i32 {
  store<u8>(at++, 0x7b, FORMATTED)
  const first = at
  let pairs = 0
  for (let position = from; position < to; ) {
    const here = position
    position = readField(position, to)
    if (tag !== ELEMENT) continue
    readPair(start, stop)
    if (++pairs > PAIRS_MAX || (pairs > 1 && isKeyBefore(from, here, to))) return -1
    if (at > first) store<u8>(at++, COMMA, FORMATTED)
    at = putText(keyStart, keyEnd, at)
    if (at < 0) return -1
    store<u8>(at++, COLON, FORMATTED)
    at = putValue(valueStart, valueEnd, at)
    if (at < 0) return -1
  }
  store<u8>(at, 0x7d, FORMATTED)
  return at + 1
}

/** Whether the key of the pair read last stands in one of the pairs before `here`, too; that pair is the one read last again afterwards. */
function isKeyBefore(from: i32, here: i32, to: i32): bool {
  const ownKeyStart = keyStart
  const ownKeyEnd = keyEnd
  const ownValueStart = valueStart
  const ownValueEnd = valueEnd
  let isKnown = false
  for (let position = from; position < here && !isKnown; ) {
    position = readField(position, to)
    if (tag !== ELEMENT) continue
    readPair(start, stop)
    isKnown = isEqual(keyStart, keyEnd, ownKeyStart, ownKeyEnd)
  }
  keyStart = ownKeyStart
  keyEnd = ownKeyEnd
  valueStart = ownValueStart
  valueEnd = ownValueEnd
  return isKnown
}

function readPair(from: i32, to: i32): void {
  keyStart = from
  keyEnd = from
  valueStart = from
  valueEnd = from
  for (let position = from; position < to; ) {
    position = readField(position, to)
    if (tag === KEY) {
      keyStart = start
      keyEnd = stop
    } else if (tag === VALUE) {
      valueStart = start
      valueEnd = stop
    }
  }
}

/** The last member of an AnyValue counts. */
function putValue(from: i32, to: i32, at: i32): i32 {
  let type = 0
  let first = from
  let end = from
  for (let position = from; position < to; ) {
    position = readField(position, to)
    if (tag >>> 3 > BYTES) continue
    type = tag >>> 3
    first = start
    end = stop
  }
  if (type === STRING) return putText(first, end, at)
  if (type === INT) return putInt(first, end, at)
  if (type === BOOL) return putBool(first, end, at)
  if (type === DOUBLE) return putDouble(first, at, true)
  return type === ARRAY || type === KVLIST ? putList(type, first, end, at) : -1
}

/** A text without anything that JSON escapes, in quotes. Reads and writes go up to fifteen bytes beyond the end. */
function putText(from: i32, to: i32, at: i32): i32 {
  store<u8>(at++, QUOTE, FORMATTED)
  for (let position = from; position < to; position += 16) {
    const bytes = v128.load(position, BODY)
    const found = i8x16.bitmask(
      v128.or(
        i8x16.lt_u(bytes, i8x16.splat(0x20)),
        v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      ),
    )
    if (position + ctz(found | 0x10000) < min(to, position + 16)) return -1
    v128.store(at + position - from, bytes, FORMATTED)
  }
  at += to - from
  store<u8>(at, QUOTE, FORMATTED)
  return at + 1
}

/** The varint is 0 or not, however many bytes it takes. */
export function putBool(from: i32, to: i32, at: i32): i32 {
  let isTrue = false
  for (let position = from; position < to; position++) if ((load<u8>(position, BODY) & 127) !== 0) isTrue = true
  store<i64>(at, isTrue ? TRUE : FALSE, FORMATTED)
  return at + (isTrue ? 4 : 5)
}

/** The varint as a signed number in decimal; gives the place behind it. */
export function putInt(from: i32, to: i32, at: i32): i32 {
  let value: i64 = 0
  for (let position = to - 1; position >= from; position--) value = (value << 7) | (<i64>load<u8>(position, BODY) & 127)
  let rest: u64 = value
  if (value < 0) {
    store<u8>(at++, 0x2d, FORMATTED)
    rest = -value
  }
  return putDigits(rest, digitsOf(rest), at)
}
