/** Finds the rows of the tape in which redaction may have something to do: in all others `redaction/redactor.ts` would change nothing. */
import { ARRAY, KVLIST, STRING } from './any-types'
import { LEFT_ROWS, TREATMENTS } from './layout'
import { mayBeSecretKey, mayHoldSecret } from './secrets'
import { KEY, TYPE, VALUE_END, VALUE_START } from './tables'
import { LEN, readField, start, tag } from './wire'

// What is done with the values under a key: `SEARCH_FOR` of `compiled/secret-search.ts`.
const SEARCHED: i32 = 0
const PASSED_OVER: i32 = 1

// AnyValue's members, and the fields of lists and pairs
const BYTES: i32 = 7
const FIRST_FIELD: i32 = (1 << 3) | LEN
const SECOND_FIELD: i32 = (2 << 3) | LEN

/** Lists within lists that are looked into: of deeper ones TypeScript decides. */
const DEPTH_MAX: i32 = 8

/** Notes in `LEFT_ROWS` which of the first so many attributes are TypeScript's to look at. @returns how many are */
export function leaveAttributes(count: i32): i32 {
  let left: i32 = 0
  for (let number = 0; number < count; number++) {
    const row = number << 2
    const treatment: i32 = load<u8>(load<i32>(row, KEY), TREATMENTS)
    if (treatment === PASSED_OVER) continue
    if (treatment === SEARCHED) {
      const type = load<i32>(row, TYPE)
      if (type === STRING || type === BYTES) {
        if (!mayHoldSecret(load<i32>(row, VALUE_START), load<i32>(row, VALUE_END))) continue
      } else if (type === ARRAY || type === KVLIST) {
        if (!listMayHoldSecret(type, load<i32>(row, VALUE_START), load<i32>(row, VALUE_END), 0)) continue
      } else continue
    }
    store<i32>(left++ << 2, number, LEFT_ROWS)
  }
  return left
}

/** Likewise of texts. @param starts, ends where their columns lie */
export function leaveTexts(starts: i32, ends: i32, count: i32): i32 {
  let left: i32 = 0
  for (let number = 0; number < count; number++) {
    const start = load<i32>(starts + (number << 2))
    if (start >= 0 && mayHoldSecret(start, load<i32>(ends + (number << 2)))) store<i32>(left++ << 2, number, LEFT_ROWS)
  }
  return left
}

/** Of a list or map, as `redaction/mask-message.ts` walks it. That it can be read was seen when it was indexed. */
function listMayHoldSecret(type: i32, at: i32, end: i32, depth: i32): bool {
  if (depth > DEPTH_MAX) return true
  let position = at
  while (position < end) {
    position = readField(position, end)
    if (tag !== FIRST_FIELD) continue
    const isFound = type === ARRAY ? valueMayHoldSecret(start, position, depth) : pairMayHoldSecret(position, depth)
    if (isFound) return true
  }
  return false
}

/** Of the pair that begins at `start`. */
function pairMayHoldSecret(end: i32, depth: i32): bool {
  let position = start
  while (position < end) {
    position = readField(position, end)
    if (tag === FIRST_FIELD) {
      if (mayBeSecretKey(start, position)) return true
    } else if (tag === SECOND_FIELD) {
      if (valueMayHoldSecret(start, position, depth)) return true
    }
  }
  return false
}

function valueMayHoldSecret(at: i32, end: i32, depth: i32): bool {
  let position = at
  while (position < end) {
    position = readField(position, end)
    if ((tag & 7) !== LEN) continue
    const type = tag >>> 3
    if (type === STRING || type === BYTES) {
      if (mayHoldSecret(start, position)) return true
    } else if (type === ARRAY || type === KVLIST) {
      if (listMayHoldSecret(type, start, position, depth + 1)) return true
    }
  }
  return false
}
