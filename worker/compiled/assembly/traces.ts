/** Rows trace by trace, as `simple/trace-rows.ts` has them; ids of traces as hex. */
import {
  ARRIVED_AT,
  FIRST_ARRIVALS,
  HAS_ROOT,
  HEX_IDS,
  NEXT,
  PARENT_IDS,
  ROWS,
  SLOT_MASK,
  STARTS,
  TENANTS,
  TRACE_IDS,
  TRACE_OF,
  TRACE_SLOTS,
} from './layout'
import { GOLDEN, MIX } from './words'

/** Gives the number of traces. @param seed odd, and known to nobody outside: who could choose ids that fall together would make looks long */
export function groupRows(rows: i32, seed: u64): i32 {
  memory.fill(TRACE_SLOTS, 0, (SLOT_MASK + 1) << 2)
  const traces = numberTraces(rows, seed)
  memory.fill(STARTS, 0, (traces + 1) << 2)
  for (let row = 0; row < rows; row++) {
    const count = STARTS + 4 + (load<i32>(TRACE_OF + (row << 2)) << 2)
    store<i32>(count, load<i32>(count) + 1)
  }
  for (let t = 0; t < traces; t++) {
    const start = load<i32>(STARTS + (t << 2))
    store<i32>(NEXT + (t << 2), start)
    store<i32>(STARTS + 4 + (t << 2), load<i32>(STARTS + 4 + (t << 2)) + start)
  }
  for (let row = 0; row < rows; row++) noteRow(row)
  return traces
}

/** Numbers traces as they come, by a table with open addressing. `NEXT` has the first row of each meanwhile. */
function numberTraces(rows: i32, seed: u64): i32 {
  let traces = 0
  for (let row = 0; row < rows; row++) {
    // The spans of a trace often stand together.
    if (row > 0 && isSameTrace(row, row - 1)) {
      store<i32>(TRACE_OF + (row << 2), load<i32>(TRACE_OF + (row << 2) - 4))
      continue
    }
    let slot = hashOf(TRACE_IDS + (row << 4), load<u32>(TENANTS + (row << 2)), seed) & SLOT_MASK
    let found = load<i32>(TRACE_SLOTS + (slot << 2))
    while (found !== 0 && !isSameTrace(row, load<i32>(NEXT + (found << 2) - 4))) {
      slot = (slot + 1) & SLOT_MASK
      found = load<i32>(TRACE_SLOTS + (slot << 2))
    }
    if (found === 0) {
      store<i32>(NEXT + (traces << 2), row)
      store<u8>(HAS_ROOT + traces, 0)
      store<i64>(FIRST_ARRIVALS + (traces << 3), i64.MAX_VALUE)
      putHex(HEX_IDS + (traces << 5), TRACE_IDS + (row << 4))
      found = ++traces
      store<i32>(TRACE_SLOTS + (slot << 2), found)
    }
    store<i32>(TRACE_OF + (row << 2), found - 1)
  }
  return traces
}

function noteRow(row: i32): void {
  const t = load<i32>(TRACE_OF + (row << 2))
  const next = load<i32>(NEXT + (t << 2))
  store<i32>(ROWS + (next << 2), row)
  store<i32>(NEXT + (t << 2), next + 1)
  if (load<i64>(PARENT_IDS + (row << 3)) === 0) store<u8>(HAS_ROOT + t, 1)
  const arrived = load<i64>(ARRIVED_AT + (row << 3))
  if (arrived < load<i64>(FIRST_ARRIVALS + (t << 3))) store<i64>(FIRST_ARRIVALS + (t << 3), arrived)
}

/** The number of a trace that was grouped, -1 of any other. @param id address of its bytes @param tenant number of the word */
export function findTrace(id: i32, tenant: u32, seed: u64): i32 {
  let slot = hashOf(id, tenant, seed) & SLOT_MASK
  let t = load<i32>(TRACE_SLOTS + (slot << 2)) - 1
  while (t >= 0 && !isTraceOf(load<i32>(ROWS + (load<i32>(STARTS + (t << 2)) << 2)), id, tenant)) {
    slot = (slot + 1) & SLOT_MASK
    t = load<i32>(TRACE_SLOTS + (slot << 2)) - 1
  }
  return t
}

function hashOf(id: i32, tenant: u32, seed: u64): i32 {
  let hash = (load<u64>(id) ^ seed) * GOLDEN
  hash ^= hash >> 29
  hash = (hash ^ load<u64>(id + 8)) * MIX + seed
  hash ^= hash >> 32
  hash = (hash ^ <u64>tenant) * GOLDEN
  return <i32>(hash >> 37)
}

function isSameTrace(a: i32, b: i32): bool {
  return isTraceOf(a, TRACE_IDS + (b << 4), load<u32>(TENANTS + (b << 2)))
}

function isTraceOf(row: i32, id: i32, tenant: u32): bool {
  const own = TRACE_IDS + (row << 4)
  if (load<i64>(own) !== load<i64>(id) || load<i64>(own + 8) !== load<i64>(id + 8)) return false
  return load<u32>(TENANTS + (row << 2)) === tenant
}

function putHex(at: i32, from: i32): void {
  for (let n = 0; n < 16; n++) {
    const byte: i32 = load<u8>(from + n)
    store<u8>(at + 2 * n, hexDigit(byte >>> 4))
    store<u8>(at + 2 * n + 1, hexDigit(byte & 15))
  }
}

export function hexDigit(value: i32): i32 {
  return value < 10 ? 48 + value : 87 + value
}
