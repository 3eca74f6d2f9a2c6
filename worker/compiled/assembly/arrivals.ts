/** Reads Native blocks of `arrivals` (`ARRIVED_COLUMNS`) into columns, as `ArrivalTable` does. */
import {
  ARRIVED_AT,
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
import { begin, failed, isAtEnd, readFixed, readTexts, readWords, varint } from './native'

const COLUMNS: i32 = 17

/** Gives the number of rows; -1 if something is not as expected, or has no room. */
export function readArrivals(length: i32): i32 {
  let count = 0
  begin(BODY, length)
  while (!isAtEnd()) {
    const columns = varint()
    const rows = varint()
    if (failed || columns !== COLUMNS || rows > ROWS_MAX - count) return -1
    readBlock(count, rows)
    if (failed) return -1
    count += rows
  }
  return count
}

/** In the order of `ARRIVED_COLUMNS`. @param first row of the block */
function readBlock(first: i32, rows: i32): void {
  readWords(TENANTS + (first << 2), rows)
  readFixed(ARRIVED_AT + (first << 3), 8, rows)
  readFixed(TRACE_IDS + (first << 4), 16, rows)
  readFixed(SPAN_IDS + (first << 3), 8, rows)
  readFixed(PARENT_IDS + (first << 3), 8, rows)
  readWords(NAMES + (first << 2), rows)
  readFixed(KINDS + first, 1, rows)
  readFixed(STARTED_AT + (first << 3), 8, rows)
  readFixed(ENDED_AT + (first << 3), 8, rows)
  readFixed(STATUS_CODES + first, 1, rows)
  readWords(SERVICES + (first << 2), rows)
  readFixed(ROLES + first, 1, rows)
  readFixed(STATUSES + first, 1, rows)
  readFixed(RECEIVED_AT + (first << 3), 8, rows)
  readWords(LABELS + (first << 2), rows)
  readTexts(FIELDS + (first << 3), rows)
  readTexts(VALUES + (first << 3), rows)
}
