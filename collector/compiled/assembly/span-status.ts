/** The status of a span that did not fail, as `mapping/spans/span-status.ts` and `field-writer.ts` read it. */
import { STRING } from './any-types'
import { sourceOf, statusAt, statusSource } from './attribute-scan'
import { findText } from './bytes-table'
import { BODY, MAPPED_NUMBERS, MAPPED_TEXTS, SPAN_STRIDE } from './layout'
import { FOLDED, STATUS_BYTES, STATUS_WORDS, STATUSES } from './mapping-places'
import { MARKER, STEP } from './role-rules'
import { SPAN_END_TIME, SPAN_STATUS_CODE, TYPE, VALUE_END, VALUE_START } from './tables'

// `STATUS_NUMBER` of `conventions/model.ts`.
const RUNNING: i32 = 2
const SUCCESS: i32 = 4
const FAILED: i32 = 6
const ERROR: i32 = 7

const ERROR_CODE: i32 = 2
const ERROR_TYPE: i32 = 13
const ERROR_TYPE_COLUMN: i32 = MAPPED_TEXTS + (ERROR_TYPE + 1) * 2 * SPAN_STRIDE
const WORD_BYTES_MAX: i32 = 32
const UNKNOWN_WORD: i32 = 255

/** Whether it could be written; what an error says is left. */
export function writeStatus(span: i32, role: i32): bool {
  if (role === MARKER) return true
  const explicit = statedStatus()
  const status = explicit === 0 ? impliedStatus(span << 2, role) : explicit
  if (status >= FAILED) return false
  store<u8>(span, status, MAPPED_NUMBERS + 2 * SPAN_STRIDE)
  store<u8>(span, i32(explicit !== 0), MAPPED_NUMBERS + 3 * SPAN_STRIDE)
  const error = sourceOf(ERROR_TYPE) << 2
  if (error >= 0 && load<i32>(error, TYPE) === STRING) {
    store<i32>(span << 2, load<i32>(error, VALUE_START), ERROR_TYPE_COLUMN)
    store<i32>(span << 2, load<i32>(error, VALUE_END), ERROR_TYPE_COLUMN + SPAN_STRIDE)
  }
  return true
}

/** The status in the emitter's words; 0 where it said none that is known. */
function statedStatus(): i32 {
  if (statusAt < 0) return 0
  const attribute = statusAt << 2
  const start = load<i32>(attribute, VALUE_START)
  const length = load<i32>(attribute, VALUE_END) - start
  if (load<i32>(attribute, TYPE) !== STRING || length > WORD_BYTES_MAX) return 0
  for (let i = 0; i < length; i++) {
    const byte: i32 = load<u8>(start + i, BODY)
    store<u8>(FOLDED + i, byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
  }
  const word = findText(load<i32>(STATUS_WORDS), FOLDED, length)
  if (word < 0) return 0
  const status: i32 = load<u8>(load<i32>(STATUSES) + statusSource * load<i32>(STATUS_BYTES) + word)
  return status === UNKNOWN_WORD ? 0 : status
}

/** What the span's own status says, where no word of the emitter does. */
function impliedStatus(row: i32, role: i32): i32 {
  if (load<i32>(row, SPAN_STATUS_CODE) === ERROR_CODE) return ERROR
  if (role < STEP) return 0
  const end = load<i32>(row, SPAN_END_TIME)
  return end >= 0 && load<u64>(end, BODY) !== 0 ? SUCCESS : RUNNING
}
