/** The rows of an {@link ArrivalTable} trace by trace. */
import { randomInt } from 'node:crypto'
import type { ArrivalTable } from '@runlens/clickhouse'

export interface TraceRows {
  traces: number
  /** Rows of trace `t` in order of arrival: `rows[starts[t]]` up to, but not with, `rows[starts[t + 1]]`. */
  rows: Uint32Array
  starts: Uint32Array
}

/** Nobody outside knows it: who could choose ids that fall together would make every look a long one. */
const SEED = randomInt(1, 2 ** 31) | 1

/** A trace is the same only within one tenant. */
export function rowsByTrace(table: ArrivalTable): TraceRows {
  const traceOf = new Uint32Array(table.rows)
  const traces = numberTraces(table, traceOf)
  const starts = new Uint32Array(traces + 1)
  for (let row = 0; row < table.rows; row++) starts[traceOf[row]! + 1]! += 1
  for (let t = 0; t < traces; t++) starts[t + 1]! += starts[t]!
  const next = starts.slice(0, traces)
  const rows = new Uint32Array(table.rows)
  for (let row = 0; row < table.rows; row++) rows[next[traceOf[row]!]!++] = row
  return { traces, rows, starts }
}

/** Numbers traces as they come, by a table with open addressing; gives how many there are. */
function numberTraces(table: ArrivalTable, traceOf: Uint32Array): number {
  const mask = 2 ** Math.ceil(Math.log2(2 * table.rows + 2)) - 1
  /** One more than the number of a trace; 0: nobody. */
  const slots = new Uint32Array(mask + 1)
  const firstRow = new Uint32Array(table.rows)
  let traces = 0
  for (let row = 0; row < table.rows; row++) {
    // The spans of a trace often stand together.
    if (row > 0 && isSameTrace(table, row, row - 1)) {
      traceOf[row] = traceOf[row - 1]!
      continue
    }
    let slot = hashOf(table, row) & mask
    while (slots[slot] !== 0 && !isSameTrace(table, row, firstRow[slots[slot]! - 1]!)) slot = (slot + 1) & mask
    if (slots[slot] === 0) {
      firstRow[traces] = row
      slots[slot] = ++traces
    }
    traceOf[row] = slots[slot]! - 1
  }
  return traces
}

function hashOf({ traceIds, tenants }: ArrivalTable, row: number): number {
  let hash = Math.imul(tenants.codes[row]! ^ SEED, 0x9e3779b1)
  for (let word = 4 * row; word < 4 * row + 4; word++) {
    hash = Math.imul(hash ^ traceIds[word]!, 0x85ebca6b)
    hash ^= hash >>> 15
    hash = Math.imul(hash + SEED, 0xc2b2ae35)
    hash ^= hash >>> 13
  }
  return hash >>> 0
}

function isSameTrace({ traceIds, tenants }: ArrivalTable, a: number, b: number): boolean {
  return (
    traceIds[4 * a] === traceIds[4 * b] &&
    traceIds[4 * a + 1] === traceIds[4 * b + 1] &&
    traceIds[4 * a + 2] === traceIds[4 * b + 2] &&
    traceIds[4 * a + 3] === traceIds[4 * b + 3] &&
    tenants.codes[a] === tenants.codes[b]
  )
}
