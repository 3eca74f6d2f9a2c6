/** Columns of a block out of columns of the tape, as `blocks/fixed-columns.ts` and `blocks/dictionary.ts` make them. */
import { hashOf, isEqual } from './bytes'
import { BODY, OUT, OUT_BYTES_MAX, TEXT_OF } from './layout'
import { addClass, classCount, clearClasses, firstOf, lookFor, nextLike } from './row-classes'
import { putLength } from './value-lists'

/** Writes 16 bytes of the request for each row at `length` of `OUT`: those at its start, zeros below 0. @param rows, starts addresses */
export function write16Bytes(rows: i32, count: i32, starts: i32, length: i32): void {
  let at = length
  for (const end = rows + (count << 2); rows < end; rows += 4, at += 16) {
    const start = load<i32>(starts + (load<i32>(rows) << 2))
    v128.store(at, start < 0 ? i64x2.splat(0) : v128.load(start, BODY), OUT)
  }
}

/** Likewise, 8 bytes. */
export function write8Bytes(rows: i32, count: i32, starts: i32, length: i32): void {
  let at = length
  for (const end = rows + (count << 2); rows < end; rows += 4, at += 8) {
    const start = load<i32>(starts + (load<i32>(rows) << 2))
    store<i64>(at, start < 0 ? 0 : load<i64>(start, BODY), OUT)
  }
}

/** What a text may take behind its bytes: its length, and what is written beyond its end. */
const TEXT_BYTES: i32 = 32

/**
 * Writes a String row for each row at `length` of `OUT`: the bytes from its start to its end behind the address `base`, none for a start below 0.
 * Gives what the length is then, -1 where there may be too little room. @param rows, starts, ends addresses
 */
export function writeStrings(rows: i32, count: i32, starts: i32, ends: i32, base: i32, length: i32): i32 {
  let at = OUT + length
  const room = OUT + OUT_BYTES_MAX - TEXT_BYTES
  for (const last = rows + (count << 2); rows < last; rows += 4) {
    const cell = load<i32>(rows) << 2
    const start = load<i32>(starts + cell)
    const bytes = start < 0 ? 0 : load<i32>(ends + cell) - start
    if (bytes > room - at) return -1
    at = putLength(at, bytes)
    // Sixteen bytes a step: what is written beyond the end is written again, or is room.
    for (let k = 0; k < bytes; k += 16) v128.store(at + k, v128.load(base + start + k))
    at += bytes
  }
  return at - OUT
}

/**
 * Fills `TEXT_OF` with a number for each of so many rows, equal for equal texts; gives how many different ones there are. A start below 0 is no text.
 * @param rows, starts, ends addresses
 */
export function textsOf(rows: i32, count: i32, starts: i32, ends: i32): i32 {
  clearClasses()
  for (let i = 0; i < count; i++) {
    const row = load<i32>(rows + (i << 2))
    store<i32>(i << 2, textOf(row, starts, ends), TEXT_OF)
  }
  return classCount
}

function textOf(row: i32, starts: i32, ends: i32): i32 {
  const cell = row << 2
  const start = load<i32>(starts + cell)
  const end = start < 0 ? start : load<i32>(ends + cell)
  const hash = hashOf(start, end)
  lookFor(hash)
  for (let known = nextLike(hash); known >= 0; known = nextLike(hash)) {
    const other = firstOf(known) << 2
    const from = load<i32>(starts + other)
    if (isEqual(start, end, from, from < 0 ? from : load<i32>(ends + other))) return known
  }
  return addClass(row, hash)
}
