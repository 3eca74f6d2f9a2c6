/** The text of a query and its details, as `mapping/settle/queries.ts` says them, out of the fields that were read last. */
import {
  ERROR_MESSAGE,
  fieldEnd,
  fieldStart,
  hasDetails,
  isFieldEscaped,
  QUERY,
  QUERY_COMPLEXITY,
  QUERY_PAGE,
  QUERY_PAGE_SIZE,
} from './fields'
import { putUnescaped } from './json-texts'
import { isTold } from './label-records'
import { SCRATCH } from './layout'
import { queryCharactersMax } from './numbers'
import { put8, putText, QUERY_DETAILS, QUERY_TEXT } from './streams'

const TAB: i32 = 9
const BLANK: i32 = 32

export function putQueryText(): void {
  putText(QUERY_TEXT, SCRATCH, putCut(SCRATCH, QUERY) - SCRATCH)
}

/** Nothing where none of them is told. @param errorType its cell */
export function putQueryDetails(errorType: i32): void {
  if (!hasDetails && !isTold(errorType)) {
    put8(QUERY_DETAILS, 0)
    return
  }
  let to = putPart(SCRATCH, QUERY_COMPLEXITY)
  to = putPart(to, QUERY_PAGE)
  to = putPart(to, QUERY_PAGE_SIZE)
  to = endPart(to, putCellText(to, errorType))
  to = putCut(to, ERROR_MESSAGE)
  const onlyTabs = 4
  putText(QUERY_DETAILS, SCRATCH, to - SCRATCH === onlyTabs ? 0 : to - SCRATCH)
}

/** Gives where the next one begins. */
function putPart(at: i32, field: i32): i32 {
  return endPart(at, putField(at, field))
}

/** Parts stand between tabs, and have none. */
function endPart(at: i32, end: i32): i32 {
  for (; at < end; at++) if (load<u8>(at) === TAB) store<u8>(at, BLANK)
  store<u8>(end, TAB)
  return end + 1
}

/** Writes a field at `at`; gives where it ends. */
function putField(at: i32, field: i32): i32 {
  const from = fieldStart(field)
  const to = fieldEnd(field)
  if (isFieldEscaped(field)) return at + putUnescaped(at, from, to)
  memory.copy(at, from, to - from)
  return at + to - from
}

/** The text of a cell, behind its length. */
function putCellText(at: i32, cell: i32): i32 {
  let from = load<i32>(cell)
  const end = from + load<i32>(cell + 4)
  while (load<u8>(from) > 127) from++
  from++
  memory.copy(at, from, end - from)
  return at + end - from
}

/** The same of as many characters as are kept. */
function putCut(at: i32, field: i32): i32 {
  const end = putField(at, field)
  if (end - at <= queryCharactersMax) return end
  let characters = 0
  for (let n = at; n < end; n++) {
    if ((load<u8>(n) & 0xc0) !== 0x80 && characters++ === queryCharactersMax) return n
  }
  return end
}
