/** Where one is in Native blocks, and the shapes that their columns have (ClickHouse's `Native` format). Addresses throughout. */
import { BLOCK_CODES, ROWS_MAX } from './layout'
import { wordOf } from './words'

let at: i32 = 0
let end: i32 = 0
/** Whether something was not as expected, or had no room: nothing that was read since {@link begin} is good. */
export let failed: bool = false

export function begin(from: i32, length: i32): void {
  at = from
  end = from + length
  failed = false
}

export function isAtEnd(): bool {
  return at >= end
}

/** Copies a column of values of `size` bytes to the address `to`. */
export function readFixed(to: i32, size: i32, rows: i32): void {
  head()
  const from = skip(size * rows)
  if (!failed) memory.copy(to, from, size * rows)
}

/** Writes at `to` where each text begins and ends, in turns. */
export function readTexts(to: i32, rows: i32): void {
  head()
  for (let row = 0; row < rows; row++) {
    const size = varint()
    const from = skip(size)
    if (failed) return
    store<i32>(to, from)
    store<i32>(to + 4, from + size)
    to += 8
  }
}

/** Writes at `to` the number of the word in each row. */
export function readWords(to: i32, rows: i32): void {
  head()
  if (rows > 0 && !readDictionary(to, rows)) failed = true
}

/** Gives whether it could. */
function readDictionary(to: i32, rows: i32): bool {
  skip(8)
  const size = 1 << (<i32>long() & 0xff)
  const count = long()
  if (failed || size > 4 || count > <u64>ROWS_MAX) return false
  for (let code = 0; code < <i32>count; code++) {
    const length = varint()
    const from = skip(length)
    if (failed) return false
    const word = wordOf(from, length)
    if (word < 0) return false
    store<i32>(BLOCK_CODES + (code << 2), word)
  }
  if (long() !== <u64>rows) return false
  const from = skip(size * rows)
  if (failed) return false
  for (let row = 0; row < rows; row++) {
    const cell = from + size * row
    const code: i32 = size === 1 ? load<u8>(cell) : size === 2 ? load<u16>(cell) : load<i32>(cell)
    if (<u32>code >= <u32>count) return false
    store<i32>(to + (row << 2), load<i32>(BLOCK_CODES + (code << 2)))
  }
  return true
}

/** Name and type of a column. */
function head(): void {
  skip(varint())
  skip(varint())
}

function skip(size: i32): i32 {
  const from = at
  if (size < 0 || size > end - at) {
    failed = true
    return from
  }
  at += size
  return from
}

export function varint(): i32 {
  let value = 0
  for (let shift = 0; shift < 28; shift += 7) {
    if (at >= end) break
    const byte: i32 = load<u8>(at++)
    value |= (byte & 127) << shift
    if (byte < 128) return value
  }
  failed = true
  return 0
}

function long(): u64 {
  const from = skip(8)
  return failed ? 0 : load<u64>(from)
}
