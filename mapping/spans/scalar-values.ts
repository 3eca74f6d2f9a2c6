/** Attribute values that mapping must read as numbers, times or text, whatever type the emitter chose for them. */
import { ANY, type AttributeTape } from '@runlens/otlp'

/** Varint of an OTLP int as a signed 64-bit integer. */
function readInt(buffer: Uint8Array, start: number, end: number): bigint {
  let value = 0n
  let shift = 0n
  for (let at = start; at < end && shift < 64n; at++, shift += 7n) value |= BigInt(buffer[at]! & 0x7f) << shift
  return BigInt.asIntN(64, value)
}

/** Small non-negative varints without a BigInt; -1 where it takes more than four bytes. */
function readSmallInt(buffer: Uint8Array, start: number, end: number): number {
  if (end - start > 4) return -1
  let value = 0
  for (let at = end - 1; at >= start; at--) value = (value << 7) | (buffer[at]! & 0x7f)
  return value
}

/** The value as text: strings as they are, numbers and booleans formatted; undefined for lists and bytes. */
export function textOf(tape: AttributeTape, row: number): string | undefined {
  const { type, valueStart, valueEnd } = tape.attributes.at
  const start = valueStart[row]!
  const end = valueEnd[row]!
  switch (type[row]) {
    case ANY.string:
      return tape.buffer.toString('utf8', start, end)
    case ANY.int: {
      const small = readSmallInt(tape.buffer, start, end)
      return small >= 0 ? String(small) : String(readInt(tape.buffer, start, end))
    }
    case ANY.double:
      return String(tape.buffer.readDoubleLE(start))
    case ANY.bool:
      return tape.buffer[start] === 0 ? 'false' : 'true'
    default:
      return undefined
  }
}

/** The value as a number; NaN where it is none. */
export function numberOf(tape: AttributeTape, row: number): number {
  if (row < 0) return Number.NaN
  const { type, valueStart, valueEnd } = tape.attributes.at
  if (type[row] === ANY.int) {
    const small = readSmallInt(tape.buffer, valueStart[row]!, valueEnd[row]!)
    return small >= 0 ? small : Number(readInt(tape.buffer, valueStart[row]!, valueEnd[row]!))
  }
  if (type[row] === ANY.double) return tape.buffer.readDoubleLE(valueStart[row]!)
  if (type[row] !== ANY.string || valueEnd[row]! - valueStart[row]! > 32) return Number.NaN
  const text = tape.buffer.toString('latin1', valueStart[row]!, valueEnd[row]!).trim()
  return text === '' ? Number.NaN : Number(text)
}

/** A count (rows, items): a non-negative integer; NaN where it is none. */
export function countOf(tape: AttributeTape, row: number): number {
  const value = numberOf(tape, row)
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.floor(value) : Number.NaN
}

/** The value if it is a whole number of the wire, exactly; a text of digits too. */
export function wholeOf(tape: AttributeTape, row: number): bigint | undefined {
  if (row < 0) return undefined
  const { type, valueStart, valueEnd } = tape.attributes.at
  if (type[row] === ANY.int) return readInt(tape.buffer, valueStart[row]!, valueEnd[row]!)
  const text = textOf(tape, row) ?? ''
  return /^\d{1,19}$/.test(text) ? BigInt(text) : undefined
}

/**
 * The value as nanoseconds since the epoch; 0n where it is none. Understands ISO-8601 text and integers in seconds,
 * milliseconds, microseconds or nanoseconds, told apart by their size (the years 1973 to 2262 are unambiguous).
 */
export function nanosOf(tape: AttributeTape, row: number): bigint {
  if (row < 0) return 0n
  const { type, valueStart, valueEnd } = tape.attributes.at
  if (type[row] === ANY.int) return scaleToNanos(readInt(tape.buffer, valueStart[row]!, valueEnd[row]!))
  if (type[row] === ANY.double) {
    const value = tape.buffer.readDoubleLE(valueStart[row]!)
    if (!Number.isFinite(value) || value <= 0) return 0n
    return value < 1e11 ? BigInt(Math.round(value * 1e6)) * 1_000n : scaleToNanos(BigInt(Math.round(value)))
  }
  if (type[row] !== ANY.string || valueEnd[row]! - valueStart[row]! > 64) return 0n
  const text = tape.buffer.toString('latin1', valueStart[row]!, valueEnd[row]!).trim()
  return /^\d{1,19}$/.test(text) ? scaleToNanos(BigInt(text)) : isoToNanos(text)
}

const LATEST = 9_223_372_036_854_775_807n

function scaleToNanos(value: bigint): bigint {
  if (value <= 0n) return 0n
  let nanos = value
  if (value < 100_000_000_000n) nanos = value * 1_000_000_000n
  else if (value < 100_000_000_000_000n) nanos = value * 1_000_000n
  else if (value < 100_000_000_000_000_000n) nanos = value * 1_000n
  return nanos > LATEST ? 0n : nanos
}

function isoToNanos(text: string): bigint {
  const match = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\d*(Z|[+-]\d\d:?\d\d)?$/i.exec(text)
  if (!match) return 0n
  const seconds = Date.parse(`${match[1]!.replace(' ', 'T')}${match[3] ?? 'Z'}`)
  if (Number.isNaN(seconds) || seconds <= 0) return 0n
  const nanos = BigInt(seconds) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'))
  return nanos > LATEST ? 0n : nanos
}
