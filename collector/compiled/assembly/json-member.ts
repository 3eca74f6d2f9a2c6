/** Finds one member of a JSON object inside its bytes, as `mapping/spans/json-member.ts` does. Places are those of the request. */
import { isSame } from './bytes-table'
import { BODY } from './layout'

const QUOTE: i32 = 0x22
const COMMA: i32 = 0x2c
const MINUS: i32 = 0x2d
const COLON: i32 = 0x3a
const OPEN_ARRAY: i32 = 0x5b
const BACKSLASH: i32 = 0x5c
const CLOSE_ARRAY: i32 = 0x5d
const OPEN: i32 = 0x7b
const CLOSE: i32 = 0x7d

/** Where the member's value stands that was found last, for a string without its quotes. */
export let memberStart: i32 = -1
export let memberEnd: i32 = -1

/** Whether the object in `[from, to)` has a member of the name at an address whose value is a string with something in it, or a number. */
export function findMember(from: i32, to: i32, name: i32, nameBytes: i32): bool {
  let at = skipSpace(from, to)
  if (byteAt(at) !== OPEN) return false
  let depth = 0
  for (; at < to; at++) {
    const byte = byteAt(at)
    if (byte === OPEN || byte === OPEN_ARRAY) depth++
    else if (byte === CLOSE || byte === CLOSE_ARRAY) depth--
    else if (byte === QUOTE) {
      const close = endOfString(at + 1, to)
      if (close < 0) return false
      const isName = depth === 1 && close - at - 1 === nameBytes && isSame(BODY + at + 1, name, nameBytes)
      at = close
      if (!isName) continue
      const colon = skipSpace(close + 1, to)
      if (byteAt(colon) === COLON) return hasValue(skipSpace(colon + 1, to), to)
    }
  }
  return false
}

function hasValue(start: i32, to: i32): bool {
  if (start >= to) return false
  const first = byteAt(start)
  if (first === QUOTE) {
    memberStart = start + 1
    memberEnd = endOfString(start + 1, to)
    return memberEnd > memberStart
  }
  if (first !== MINUS && (first < 0x30 || first > 0x39)) return false
  let end = start
  for (; end < to; end++) {
    const byte = byteAt(end)
    if (byte === COMMA || byte === CLOSE || byte <= 0x20) break
  }
  memberStart = start
  memberEnd = end
  return true
}

/** Whether any byte is a backslash: the text is not what its bytes are. */
export function hasEscape(start: i32, end: i32): bool {
  for (let at = start; at < end; at++) if (byteAt(at) === BACKSLASH) return true
  return false
}

/** The place of the closing quote, -1 if the text ends before it. */
function endOfString(start: i32, to: i32): i32 {
  for (let at = start; at < to; at++) {
    const byte = byteAt(at)
    if (byte === BACKSLASH) at++
    else if (byte === QUOTE) return at
  }
  return -1
}

function skipSpace(start: i32, to: i32): i32 {
  let at = start
  while (at < to && byteAt(at) <= 0x20) at++
  return at
}

function byteAt(at: i32): i32 {
  return load<u8>(at, BODY)
}
