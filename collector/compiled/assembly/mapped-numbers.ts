/** Counts that spans say, as `mapping/spans/scalar-values.ts` reads them where they are small whole numbers. */
import { INT } from './any-types'
import { sourceOf } from './attribute-scan'
import { BODY, MAPPED_FIGURES, MAPPED_NUMBERS, SPAN_STRIDE } from './layout'
import { TYPE, VALUE_END, VALUE_START } from './tables'

// `SOURCE_FIELDS` of `mapping/spans/profile.ts`.
const ATTEMPT: i32 = 30
const ROWS_TOTAL: i32 = 31
const ROWS_RETURNED: i32 = 32
const QUEUED_AT: i32 = 33
const EXPECTED_END_AT: i32 = 34
const PROGRESS: i32 = 35

const ATTEMPT_MAX: i32 = 65535
const NONE: i32 = -1
const LEFT: i32 = -2

/** A number of at most four bytes as it stands on the wire; -1 for any other. */
export function smallInt(start: i32, end: i32): i32 {
  if (end - start > 4) return -1
  let value = 0
  for (let at = end - 1; at >= start; at--) value = (value << 7) | (load<u8>(at, BODY) & 0x7f)
  return value
}

/** Whether all that the span says could be written. */
export function writeNumbers(span: i32): bool {
  if ((sourceOf(QUEUED_AT) & sourceOf(EXPECTED_END_AT) & sourceOf(PROGRESS)) !== NONE) return false
  const attempt = countOf(ATTEMPT)
  const total = countOf(ROWS_TOTAL)
  const returned = countOf(ROWS_RETURNED)
  if (attempt === LEFT || total === LEFT || returned === LEFT) return false
  if (attempt >= 0) store<u16>(span << 1, min(attempt, ATTEMPT_MAX), MAPPED_NUMBERS + 4 * SPAN_STRIDE)
  if (total >= 0) store<f64>(span << 3, total, MAPPED_FIGURES)
  if (returned >= 0) store<f64>(span << 3, returned, MAPPED_FIGURES + 2 * SPAN_STRIDE)
  return true
}

function countOf(field: i32): i32 {
  const source = sourceOf(field)
  if (source < 0) return NONE
  const value =
    load<i32>(source << 2, TYPE) === INT
      ? smallInt(load<i32>(source << 2, VALUE_START), load<i32>(source << 2, VALUE_END))
      : -1
  return value < 0 ? LEFT : value
}
