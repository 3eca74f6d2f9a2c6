/** Numbers of AnyValue as text that reads back as the same number. */
import type { DoubleValue } from '../any-value.ts'

const TWO_TO_32 = 4_294_967_296

/** The signed 64-bit varint in `[start, end)` in decimal. */
export function intText(buffer: Uint8Array, start: number, end: number): string {
  let low = 0
  let high = 0
  for (let at = start, shift = 0; at < end; at++, shift += 7) {
    const bits = buffer[at]! & 127
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high = bits >>> 4
    } else high |= bits << (shift - 32)
  }
  low >>>= 0
  // Below 2^53 a number holds it exactly.
  if (high >= -0x200000 && high < 0x200000) return String(high * TWO_TO_32 + low)
  return ((BigInt(high) << 32n) | BigInt(low)).toString()
}

/** The shortest decimal that reads back as the same double; `NaN`, `Infinity`, `-Infinity`. */
export function doubleText(value: number): string {
  return value === 0 && 1 / value < 0 ? '-0' : String(value)
}

/** As {@link doubleText}, of a finite double, but never to be taken for an integer: `1.0`, `-0.0`, `1e+21`. */
export function doubleJson(value: number): string {
  const text = doubleText(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

/** A double as OTLP/JSON has it: a string where JSON has no number for it. */
export function otlpDouble(value: number): DoubleValue['doubleValue'] {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value
  return doubleText(value) as DoubleValue['doubleValue']
}
