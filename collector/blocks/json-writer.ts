/** JSON (RFC 8259) into a byte buffer, from bytes that are UTF-8 already; makes no string. */
import { doubleJson } from '@runlens/otlp'
import type { ByteBuffer } from './byte-buffer.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const FIRST_PRINTABLE = 0x20
/** Of one byte at most, as `\u001f`. */
const ESCAPED_BYTES_MAX = 6
const ESCAPE = Buffer.from('\\u00')
const HEX = Buffer.from('0123456789abcdef')

/** The bytes `[start, end)` of `source` as a string; `data` is a view of the same bytes. */
export function writeString(out: ByteBuffer, source: Uint8Array, data: DataView, start: number, end: number): void {
  out.ensure(stringBytesMax(end - start))
  out.length = putString(out.bytes, out.data, out.length, source, data, start, end)
}

/** Few bytes of which there is no view: making one would cost more than it saves. */
export function writeShortString(out: ByteBuffer, source: Uint8Array): void {
  out.ensure(stringBytesMax(source.length))
  const { bytes } = out
  let at = out.length
  bytes[at++] = QUOTE
  for (let from = 0; from < source.length; from++) at = putByte(bytes, at, source[from]!)
  bytes[at++] = QUOTE
  out.length = at
}

/** Room that {@link putString} needs for so many bytes. */
export function stringBytesMax(bytes: number): number {
  return bytes * ESCAPED_BYTES_MAX + 2
}

/** The same at `at` of `bytes`, where room is; gives the place behind it. */
export function putString(
  bytes: Uint8Array,
  target: DataView,
  at: number,
  source: Uint8Array,
  data: DataView,
  start: number,
  end: number,
): number {
  bytes[at++] = QUOTE
  let from = start
  // Four at a time, as long as none of them needs an escape.
  for (const last = end - 4; from <= last; from += 4, at += 4) {
    const four = data.getInt32(from, true)
    if (needsEscape(four)) break
    target.setInt32(at, four, true)
  }
  const rest = end - from
  if (rest < 4 && from >= start + 4) {
    // The last four once more, of which some are there already.
    const four = data.getInt32(end - 4, true)
    if (!needsEscape(four)) {
      target.setInt32(at - 4 + rest, four, true)
      at += rest
      from = end
    }
  }
  while (from < end) at = putByte(bytes, at, source[from++]!)
  bytes[at++] = QUOTE
  return at
}

/**
 * Whether one of four bytes is below 0x20, a quote or a backslash. `(x - 0x01…) & ~x & 0x80…` tells of a zero byte, and with
 * 0x20… in place of 0x01… of one below 0x20 (Warren, Hacker's Delight, 6-1).
 */
function needsEscape(four: number): boolean {
  const quote = four ^ 0x2222_2222
  const backslash = four ^ 0x5c5c_5c5c
  const found =
    ((four - 0x2020_2020) & ~four) | ((quote - 0x0101_0101) & ~quote) | ((backslash - 0x0101_0101) & ~backslash)
  return (found & 0x8080_8080) !== 0
}

/** Gives the place behind it. */
function putByte(bytes: Uint8Array, at: number, byte: number): number {
  if (byte < FIRST_PRINTABLE) {
    bytes.set(ESCAPE, at)
    bytes[at + 4] = HEX[byte >> 4]!
    bytes[at + 5] = HEX[byte & 15]!
    return at + ESCAPED_BYTES_MAX
  }
  if (byte === QUOTE || byte === BACKSLASH) bytes[at++] = BACKSLASH
  bytes[at++] = byte
  return at
}

/** Bytes as a string of lower-case hex digits; a start of -1 gives zeros. */
export function writeHex(out: ByteBuffer, source: Uint8Array, start: number, count: number): void {
  out.ensure(count * 2 + 2)
  const { bytes } = out
  let at = out.length
  bytes[at++] = QUOTE
  for (let i = 0; i < count; i++) {
    const byte = start < 0 ? 0 : source[start + i]!
    bytes[at++] = HEX[byte >> 4]!
    bytes[at++] = HEX[byte & 15]!
  }
  bytes[at++] = QUOTE
  out.length = at
}

/** A whole number from 0 to 2^53. */
export function writeWhole(out: ByteBuffer, value: number): void {
  let digits = 1
  for (let bound = 10; bound <= value; bound *= 10) digits++
  writeDigits(out, value, digits)
}

/** So many digits of it, zeros before it among them. */
function writeDigits(out: ByteBuffer, value: number, digits: number): void {
  out.ensure(digits)
  const { bytes } = out
  let rest = value
  for (let at = out.length + digits - 1; at >= out.length; at--) {
    bytes[at] = 48 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  out.length += digits
}

/**
 * Any double: what JSON has no number for as a string, `"NaN"`, `"Infinity"`, `"-Infinity"`. A large one is never written as an
 * integer: ClickHouse reads nothing of a document in which one has more than 64 bits.
 */
export function writeNumber(out: ByteBuffer, value: number): void {
  if (value >= 0 && value <= Number.MAX_SAFE_INTEGER && Number.isInteger(value) && !Object.is(value, -0))
    writeWhole(out, value)
  else if (Number.isFinite(value)) out.utf8(doubleJson(value))
  else out.utf8(`"${value}"`)
}

const BILLION = 1e9

/** An unsigned number of 64 bits, from its halves. */
export function writeUint64(out: ByteBuffer, low: number, high: number): void {
  const unsigned = high >>> 0
  if (unsigned < 0x20_0000) {
    writeWhole(out, unsigned * 0x1_0000_0000 + (low >>> 0))
    return
  }
  // Divided by hand, sixteen bits a step: a BigInt and its text would be made for each.
  const first = Math.floor(unsigned / BILLION)
  const middle = (unsigned - first * BILLION) * 0x1_0000 + (low >>> 16)
  const second = Math.floor(middle / BILLION)
  const last = (middle - second * BILLION) * 0x1_0000 + (low & 0xffff)
  const third = Math.floor(last / BILLION)
  writeWhole(out, (first * 0x1_0000 + second) * 0x1_0000 + third)
  writeDigits(out, last - third * BILLION, 9)
}
