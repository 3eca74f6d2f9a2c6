/** Reads Native blocks of `arrivals` (`ARRIVED_COLUMNS`) into columns, as `ArrivalTable` does. */
import {
  ARRIVED_AT,
  BLOCK_CODES,
  BODY,
  ENDED_AT,
  FIELDS,
  KINDS,
  LABELS,
  NAMES,
  PARENT_IDS,
  RECEIVED_AT,
  ROLES,
  ROWS_MAX,
  SERVICES,
  SPAN_IDS,
  STARTED_AT,
  STATUS_CODES,
  STATUSES,
  TENANTS,
  TRACE_IDS,
  VALUES,
} from './layout'
import { wordOf } from './words'

let rowCount: i32 = 0

/** Addresses. */
let at: i32 = 0
let end: i32 = 0
let failed: bool = false

/** Gives the number of rows; -1 if something is not as expected, or has no room. */
export function readArrivals(length: i32): i32 {
  rowCount = 0
  at = BODY
  end = BODY + length
  failed = false
  while (at < end) {
    const columns = varint()
    const rows = varint()
    if (failed || columns !== 17 || rows > ROWS_MAX - rowCount) return -1
    readBlock(rows)
    if (failed || at > end) return -1
    rowCount += rows
  }
  return rowCount
}

/** In the order of `ARRIVED_COLUMNS`. */
function readBlock(rows: i32): void {
  words(TENANTS, rows)
  fixed(ARRIVED_AT, 8, rows)
  fixed(TRACE_IDS, 16, rows)
  fixed(SPAN_IDS, 8, rows)
  fixed(PARENT_IDS, 8, rows)
  words(NAMES, rows)
  fixed(KINDS, 1, rows)
  fixed(STARTED_AT, 8, rows)
  fixed(ENDED_AT, 8, rows)
  fixed(STATUS_CODES, 1, rows)
  words(SERVICES, rows)
  fixed(ROLES, 1, rows)
  fixed(STATUSES, 1, rows)
  fixed(RECEIVED_AT, 8, rows)
  words(LABELS, rows)
  texts(FIELDS, rows)
  texts(VALUES, rows)
}

function head(): void {
  skip(varint())
  skip(varint())
}

function fixed(column: i32, size: i32, rows: i32): void {
  head()
  const from = skip(size * rows)
  if (!failed) memory.copy(column + rowCount * size, from, size * rows)
}

function texts(column: i32, rows: i32): void {
  head()
  let cell = column + rowCount * 8
  for (let row = 0; row < rows; row++) {
    const size = varint()
    const from = skip(size)
    if (failed) return
    store<i32>(cell, from)
    store<i32>(cell + 4, from + size)
    cell += 8
  }
}

function words(column: i32, rows: i32): void {
  head()
  if (rows > 0 && !readWords(column + rowCount * 4, rows)) failed = true
}

/** Gives whether it could. */
function readWords(cells: i32, rows: i32): bool {
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
    const at = from + size * row
    const code: i32 = size === 1 ? load<u8>(at) : size === 2 ? load<u16>(at) : load<i32>(at)
    if (<u32>code >= <u32>count) return false
    store<i32>(cells + (row << 2), load<i32>(BLOCK_CODES + (code << 2)))
  }
  return true
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

function varint(): i32 {
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
