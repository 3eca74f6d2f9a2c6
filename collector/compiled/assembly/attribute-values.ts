/** Every attribute value of the tape as text to store, as `blocks/attribute-values.ts` does. */
import { ARRAY, BOOL, DOUBLE, INT, KVLIST, STRING } from './any-types'
import { DOUBLE_BYTES_MAX, putDouble } from './decimals'
import { FORMATTED_BYTES_MAX, LEFT_ROWS, VALUE_CODES, VALUE_ENDS, VALUE_STARTS } from './layout'
import { listBytesMax, putBool, putInt, putList } from './plain-lists'
import { TYPE, VALUE_END, VALUE_START } from './tables'

// Their codes in `VALUE_TYPES` of `conventions/values.ts`.
const STRING_CODE: i32 = 0x73
const BOOL_CODE: i32 = 0x62
const INT_CODE: i32 = 0x69
const DOUBLE_CODE: i32 = 0x64
const ARRAY_CODE: i32 = 0x61
const KVLIST_CODE: i32 = 0x6b

/** Bytes of a 64-bit number in decimal, with its sign. */
const INT_BYTES_MAX: i32 = 20

/** Bytes of `FORMATTED` in use. */
export let formattedBytes: i32 = 0

/** Fills the columns for the first `count` attributes, but those of `LEFT_ROWS`; gives how many these are. */
export function prepareValues(count: i32): i32 {
  let left = 0
  formattedBytes = 0
  for (let index = 0; index < count; index++) {
    const row = index << 2
    const type = load<i32>(row, TYPE)
    const start = load<i32>(row, VALUE_START)
    const end = load<i32>(row, VALUE_END)
    if (type === STRING) {
      store<u8>(index, STRING_CODE, VALUE_CODES)
      store<i32>(row, start, VALUE_STARTS)
      store<i32>(row, end, VALUE_ENDS)
      continue
    }
    if ((type === ARRAY || type === KVLIST) && appendList(index, type, start, end)) continue
    if (type === DOUBLE && appendDouble(index, start)) continue
    const isBool = type === BOOL
    if ((!isBool && type !== INT) || formattedBytes > FORMATTED_BYTES_MAX - INT_BYTES_MAX) {
      store<i32>(left++ << 2, index, LEFT_ROWS)
      continue
    }
    store<i32>(row, -1 - formattedBytes, VALUE_STARTS)
    store<u8>(index, isBool ? BOOL_CODE : INT_CODE, VALUE_CODES)
    formattedBytes = isBool ? putBool(start, end, formattedBytes) : putInt(start, end, formattedBytes)
    store<i32>(row, formattedBytes, VALUE_ENDS)
  }
  return left
}

/** Whether the double could be written. */
function appendDouble(index: i32, start: i32): bool {
  if (formattedBytes > FORMATTED_BYTES_MAX - DOUBLE_BYTES_MAX) return false
  const behind = putDouble(start, formattedBytes, false)
  if (behind < 0) return false
  place(index, DOUBLE_CODE, behind)
  return true
}

/** Whether the list could be written. */
function appendList(index: i32, type: i32, start: i32, end: i32): bool {
  if (formattedBytes + listBytesMax(start, end) > FORMATTED_BYTES_MAX) return false
  const behind = putList(type, start, end, formattedBytes)
  if (behind < 0) return false
  place(index, type === ARRAY ? ARRAY_CODE : KVLIST_CODE, behind)
  return true
}

/** The attribute's text is what stands in `FORMATTED` up to `behind` since the last one. */
function place(index: i32, code: i32, behind: i32): void {
  store<u8>(index, code, VALUE_CODES)
  store<i32>(index << 2, -1 - formattedBytes, VALUE_STARTS)
  store<i32>(index << 2, behind, VALUE_ENDS)
  formattedBytes = behind
}
