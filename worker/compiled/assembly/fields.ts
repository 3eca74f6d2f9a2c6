/** Reads `fields_json` as `readFields` does; whatever is rare in it leaves the trace to TypeScript. */

import { endOfString, isEscaped } from './json-texts'
import { FIELD_EDGES, FIELD_NAMES, FIELDS } from './layout'

/** Numbers of the texts, in the order in which TypeScript writes `FIELD_NAMES`. */
export const EXECUTION_ID: i32 = 0
export const USER_ID: i32 = 1
export const CONVERSATION_ID: i32 = 2
export const QUERY: i32 = 3
export const PARENT_EXECUTION_ID: i32 = 4
export const RETRY_OF: i32 = 5
export const REPLAY_OF: i32 = 6
export const ERROR_STACK: i32 = 7
/** What follows makes the details of a query. */
export const ERROR_MESSAGE: i32 = 8
export const QUERY_COMPLEXITY: i32 = 9
export const QUERY_PAGE: i32 = 10
export const QUERY_PAGE_SIZE: i32 = 11
export const TEXTS_END: i32 = 12
const ROWS_TOTAL: i32 = 12
const ROWS_RETURNED: i32 = 13
/** Times and progress follow. */
const RARE: i32 = 14
const NAMES_END: i32 = 17
/** Numbers of more digits might not be exact in a double, or their sum. */
const DIGITS_MAX: i32 = 12

/** Of the fields that were read last; -1: not told. */
export let rowsTotal: i64 = -1
export let rowsReturned: i64 = -1
export let hasDetails: bool = false
export let isRare: bool = false

export function fieldStart(field: i32): i32 {
  return load<i32>(FIELD_EDGES + field * 12)
}

export function fieldEnd(field: i32): i32 {
  return load<i32>(FIELD_EDGES + field * 12 + 4)
}

export function isFieldEscaped(field: i32): bool {
  return load<i32>(FIELD_EDGES + field * 12 + 8) !== 0
}

/** Gives whether they could be read. */
export function readFields(row: i32): bool {
  rowsTotal = -1
  rowsReturned = -1
  hasDetails = false
  isRare = false
  memory.fill(FIELD_EDGES, 0, TEXTS_END * 12)
  let at = load<i32>(FIELDS + (row << 3))
  const end = load<i32>(FIELDS + (row << 3) + 4)
  if (at === end) return true
  if (load<u8>(at++) !== 0x7b) return false
  if (at + 1 === end && load<u8>(at) === 0x7d) return true
  for (;;) {
    at = readMember(at, end)
    if (at < 0 || at >= end) return false
    const byte: i32 = load<u8>(at++)
    if (byte === 0x7d) return at === end
    if (byte !== 0x2c) break
  }
  return false
}

/** Gives where it ends, -1 if it can't be read. */
function readMember(at: i32, end: i32): i32 {
  if (at >= end || load<u8>(at) !== 0x22) return -1
  const nameEnd = endOfString(at + 1, end)
  if (nameEnd < 0 || isEscaped || nameEnd + 2 >= end || load<u8>(nameEnd + 1) !== 0x3a) return -1
  const field = fieldOf(at + 1, nameEnd - at - 1)
  const from = nameEnd + 2
  if (field >= RARE) isRare = true
  if (load<u8>(from) !== 0x22) return readNumber(field, from, end)
  const to = endOfString(from + 1, end)
  if (to < 0 || field === ROWS_TOTAL || field === ROWS_RETURNED) return -1
  if (field >= 0 && field < TEXTS_END) {
    store<i32>(FIELD_EDGES + field * 12, from + 1)
    store<i32>(FIELD_EDGES + field * 12 + 4, to)
    store<i32>(FIELD_EDGES + field * 12 + 8, isEscaped ? 1 : 0)
    if (field >= ERROR_MESSAGE) hasDetails = true
  }
  return to + 1
}

function readNumber(field: i32, from: i32, end: i32): i32 {
  let value: i64 = 0
  let at = from
  for (; at < end; at++) {
    const digit = <i32>load<u8>(at) - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
    if (at - from === DIGITS_MAX) return -1
  }
  // What follows would be no digit of a number in JSON either.
  if (at === from || (at - from > 1 && load<u8>(from) === 48)) return -1
  if (field === ROWS_TOTAL) rowsTotal = value
  else if (field === ROWS_RETURNED) rowsReturned = value
  else if (field < RARE) return -1
  return at
}

/** The number of a field, -1 of one that is not asked for. */
function fieldOf(from: i32, length: i32): i32 {
  if (length > 31) return -1
  for (let field = 0; field < NAMES_END; field++) {
    const name = FIELD_NAMES + (field << 5)
    if (load<u8>(name) !== length) continue
    let n = 0
    while (n < length && load<u8>(name + 1 + n) === load<u8>(from + n)) n++
    if (n === length) return field
  }
  return -1
}
