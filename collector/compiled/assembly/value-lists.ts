/** Values of the attributes of each span as a String row with one JSON array of texts, as `blocks/value-lists.ts` writes them. */
import { ESCAPED_BYTES_MAX, putString } from './json-writer'
import { BODY, FORMATTED, OUT, OUT_BYTES_MAX, VALUE_ENDS, VALUE_STARTS } from './layout'
import { SPAN_ATTRIBUTE_COUNT, SPAN_ATTRIBUTES } from './tables'

const OPEN: i32 = 0x5b
const CLOSE: i32 = 0x5d
const COMMA: i32 = 0x2c
const BYTES_PER_TEXT: i32 = 3
const BYTES_PER_LIST: i32 = 1
const LENGTH_BYTES_MAX: i32 = 5

/**
 * Those of the `count` spans whose numbers lie at the address `rows`, `length` bytes behind the beginning of `OUT`; gives what the length is then,
 * -1 where there may be too little room.
 */
export function writeValues(rows: i32, count: i32, length: i32): i32 {
  let at = OUT + length
  const end = OUT + OUT_BYTES_MAX - LENGTH_BYTES_MAX
  for (let i = 0; i < count; i++) {
    const row = load<i32>(rows + (i << 2)) << 2
    const pairs = load<i32>(row, SPAN_ATTRIBUTE_COUNT)
    const first = load<i32>(row, SPAN_ATTRIBUTES) << 2
    const least = bytesOf(first, first + (pairs << 2))
    if (least > (end - at) / ESCAPED_BYTES_MAX) return -1
    at = pairs === 0 ? putLength(at, 0) : putList(at, first, first + (pairs << 2), least)
  }
  return at - OUT
}

/** Of the list if no byte needs an escape. */
function bytesOf(first: i32, end: i32): i32 {
  let bytes = BYTES_PER_LIST
  for (let pair = first; pair < end; pair += 4) {
    const start = load<i32>(pair, VALUE_STARTS)
    bytes += BYTES_PER_TEXT + load<i32>(pair, VALUE_ENDS) - (start < 0 ? -1 - start : start)
  }
  return bytes
}

function putList(begun: i32, first: i32, end: i32, least: i32): i32 {
  const from = putLength(begun, least)
  let at = from
  for (let pair = first; pair < end; pair += 4) {
    const start = load<i32>(pair, VALUE_STARTS)
    const offset = start < 0 ? -1 - start : start
    store<u8>(at, pair === first ? OPEN : COMMA)
    at = putString(at + 1, offset + (start < 0 ? FORMATTED : BODY), load<i32>(pair, VALUE_ENDS) - offset)
  }
  store<u8>(at++, CLOSE)
  return at - from === least ? at : correctLength(begun, from, at)
}

/** A length as varint; gives the address behind it. */
export function putLength(at: i32, length: i32): i32 {
  let rest = length
  for (; rest > 127; rest >>>= 7) store<u8>(at++, (rest & 127) | 128)
  store<u8>(at, rest)
  return at + 1
}

/** Puts the true length before `[from, end)`: one that takes more bytes moves it. */
function correctLength(begun: i32, from: i32, end: i32): i32 {
  const length = end - from
  let head = 1
  for (let rest = length; rest > 127; rest >>>= 7) head++
  if (begun + head > from) memory.copy(begun + head, from, length)
  putLength(begun, length)
  return begun + head + length
}
