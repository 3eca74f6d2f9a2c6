/** Doubles in decimal, as `otlp/values/numbers.ts` writes them. */
import { BODY, FORMATTED } from './layout'

/** Decimals of at most fifteen digits are told apart by doubles: the only one that reads back is the shortest. */
const WHOLE_MAX: f64 = 1e15
const PLACES_MAX: i32 = 6
/** Sign, fifteen digits and a point, or `0.` before six places; `.0` behind. */
export const DOUBLE_BYTES_MAX: i32 = 20

const MINUS: i32 = 0x2d
const POINT: i32 = 0x2e
const ZERO: i32 = 0x30

/**
 * Writes the double at `from` at `at` of `FORMATTED` where it has few digits and few places; gives the place behind it, -1 where it is left.
 * @param isJson whether it must not be taken for a whole number
 */
export function putDouble(from: i32, at: i32, isJson: bool): i32 {
  const value = load<f64>(from, BODY)
  const size = abs(value)
  if (!(size < WHOLE_MAX)) return -1
  let places = 0
  let scale: f64 = 1
  let scaled = nearest(size)
  // Division rounds correctly and both numbers are exact, so that equal means: this decimal reads back as the double.
  while (scaled / scale !== size) {
    if (++places > PLACES_MAX) return -1
    scale *= 10
    scaled = nearest(size * scale)
  }
  if (scaled >= WHOLE_MAX) return -1
  if (reinterpret<i64>(value) < 0) store<u8>(at++, MINUS, FORMATTED)
  const divisor = <u64>scale
  const whole = <u64>scaled / divisor
  at = putDigits(whole, digitsOf(whole), at)
  if (places > 0) {
    store<u8>(at, POINT, FORMATTED)
    return putDigits(<u64>scaled % divisor, places, at + 1)
  }
  if (!isJson) return at
  store<u8>(at, POINT, FORMATTED)
  store<u8>(at + 1, ZERO, FORMATTED)
  return at + 2
}

export function digitsOf(value: u64): i32 {
  let digits = 1
  for (let bound: u64 = 10; digits < 19 && bound <= value; bound *= 10) digits++
  return digits
}

/** So many digits of a number, zeros before it among them. */
export function putDigits(value: u64, digits: i32, at: i32): i32 {
  for (let position = at + digits - 1; position >= at; position--) {
    store<u8>(position, ZERO + (value % 10), FORMATTED)
    value /= 10
  }
  return at + digits
}
