/** Reads `attribute_values` of a root: a list of texts. */
import { endOfString, isEscaped, putUnescaped } from './json-texts'
import { SCRATCH, VALUE_EDGES, VALUES, VALUES_MAX } from './layout'

export let valueCount: i32 = 0

export function valueStart(n: i32): i32 {
  return load<i32>(VALUE_EDGES + n * 12)
}

export function valueEnd(n: i32): i32 {
  return load<i32>(VALUE_EDGES + n * 12 + 4)
}

export function isValueEscaped(n: i32): bool {
  return load<i32>(VALUE_EDGES + n * 12 + 8) !== 0
}

/** Gives whether they could be read. */
export function readValues(row: i32): bool {
  valueCount = 0
  let at = load<i32>(VALUES + (row << 3))
  const end = load<i32>(VALUES + (row << 3) + 4)
  if (at === end) return true
  if (load<u8>(at++) !== 0x5b) return false
  if (at + 1 === end && load<u8>(at) === 0x5d) return true
  for (;;) {
    if (at >= end || load<u8>(at) !== 0x22 || valueCount === VALUES_MAX) return false
    const to = endOfString(at + 1, end)
    if (to < 0 || to + 1 >= end) return false
    const edge = VALUE_EDGES + valueCount++ * 12
    store<i32>(edge, at + 1)
    store<i32>(edge + 4, to)
    store<i32>(edge + 8, isEscaped ? 1 : 0)
    at = to + 2
    const byte: i32 = load<u8>(to + 1)
    if (byte === 0x5d) return at === end
    if (byte !== 0x2c) break
  }
  return false
}

/** Bytes kept of a value of an attribute. */
const KEPT_MAX: i32 = 1024

/** Where the bytes of a value end that are kept, of those that `from` to `to` say; -1 where a character would be cut. */
export function keptEnd(from: i32, to: i32): i32 {
  if (to - from <= KEPT_MAX) return to
  return (load<u8>(from + KEPT_MAX) & 0xc0) === 0x80 ? -1 : from + KEPT_MAX
}

/** Whether the value can be written as it is kept. */
export function canBeKept(n: i32, isCut: bool): bool {
  let from = valueStart(n)
  let to = valueEnd(n)
  if (isValueEscaped(n)) {
    const size = putUnescaped(SCRATCH, from, to)
    if (size < 0) return false
    from = SCRATCH
    to = SCRATCH + size
  }
  return !isCut || keptEnd(from, to) >= 0
}
