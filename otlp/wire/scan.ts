/**
 * Reads protobuf's wire format field by field without decoding: every message is a loop over `readField`. Accepts what
 * https://protobuf.dev/programming-guides/encoding/ allows and throws `Malformed` for anything else.
 */
import { Malformed } from './malformed.ts'

export const VARINT = 0
export const FIXED64 = 1
export const LEN = 2
const GROUP_START = 3
const GROUP_END = 4
export const FIXED32 = 5

/** Nesting of groups (a form no OTLP message uses) that is skipped; deeper is malformed. */
const GROUP_DEPTH_MAX = 32

/** Where a reader stands: the last field read. All members stay small integers, so that none of them is ever boxed. */
export class Scan {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Tag of the field: its number shifted left by three, and its wire type. */
  tag = 0
  /** Payload `[start, stop)`: contents of a LEN, bytes of a number, fields of a group. */
  start = 0
  stop = 0
  /** Low 32 bits of a varint, and its upper ones. */
  value = 0
  high = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}

/** The tag of field `number`. */
export function tagOf(number: number, wireType: number): number {
  return (number << 3) | wireType
}

/**
 * Reads the field at `at` of a message that ends at `end` into `scan` and answers where the next one starts. Hot: called
 * some fifty times per span, so one-byte tags, lengths and varints take no further call.
 */
export function readField(scan: Scan, at: number, end: number): number {
  const bytes = scan.bytes
  let next = at + 1
  let tag = bytes[at]!
  if (tag > 127) {
    next = readVarint(scan, at, end)
    tag = scan.value
    if (scan.high !== 0) throw new Malformed('a tag of more than 32 bits', at)
  }
  if (tag >>> 3 === 0) throw new Malformed('field number 0', at)
  scan.tag = tag
  switch (tag & 7) {
    case LEN:
      return readLength(scan, next, end)
    case VARINT:
      scan.start = next
      if (next < end && bytes[next]! < 128) {
        scan.value = bytes[next]!
        scan.high = 0
        scan.stop = next + 1
        return next + 1
      }
      next = readVarint(scan, next, end)
      scan.stop = next
      return next
    case FIXED64:
      return readFixed(scan, next, 8, end)
    case FIXED32:
      return readFixed(scan, next, 4, end)
    case GROUP_START:
      return skipGroup(scan, next, end)
    case GROUP_END:
      throw new Malformed('the end of a group that was not begun', at)
    default:
      throw new Malformed(`wire type ${tag & 7}, which does not exist,`, at)
  }
}

function readLength(scan: Scan, at: number, end: number): number {
  let start = at + 1
  let length = at < end ? scan.bytes[at]! : 128
  if (length > 127) {
    start = readVarint(scan, at, end)
    length = scan.value
    if (scan.high !== 0 || length < 0) throw new Malformed('a length that is negative or beyond 2 GiB', at)
  }
  if (length > end - start) throw new Malformed(`a length of ${length} with ${end - start} bytes left`, at)
  scan.start = start
  scan.stop = start + length
  return start + length
}

function readFixed(scan: Scan, at: number, size: number, end: number): number {
  if (end - at < size) throw new Malformed(`a truncated ${size}-byte number`, at)
  scan.start = at
  scan.stop = at + size
  return at + size
}

/**
 * Reads a varint of at most 64 bits into `scan.value` and `scan.high` and answers where it ends.
 * More than ten bytes, or a tenth byte beyond bit 63, are malformed.
 */
export function readVarint(scan: Scan, at: number, end: number): number {
  const bytes = scan.bytes
  let low = 0
  let high = 0
  let position = at
  for (let shift = 0; shift < 70; shift += 7) {
    if (position >= end) throw new Malformed('a truncated varint', at)
    const byte = bytes[position++]!
    const bits = byte & 127
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high = bits >>> 4
    } else high |= bits << (shift - 32)
    if (byte < 128) {
      if (shift === 63 && bits > 1) break
      scan.value = low
      scan.high = high
      return position
    }
  }
  throw new Malformed('a varint of more than 64 bits', at)
}

/** Skips a group without recursion; what it holds is checked, its end must name the field that began it. */
function skipGroup(scan: Scan, at: number, end: number): number {
  const outer = scan.tag
  const open: number[] = [outer >>> 3]
  let position = at
  while (open.length > 0) {
    if (position >= end) throw new Malformed('a group without an end', at)
    const start = position
    const next = readVarint(scan, position, end)
    const wireType = scan.value & 7
    const number = scan.value >>> 3
    if (scan.high !== 0 || number === 0) throw new Malformed('a field number out of range', start)
    if (wireType === GROUP_START) {
      if (open.length === GROUP_DEPTH_MAX) throw new Malformed(`groups nested deeper than ${GROUP_DEPTH_MAX}`, start)
      open.push(number)
      position = next
    } else if (wireType === GROUP_END) {
      if (open.pop() !== number) throw new Malformed('the end of another group', start)
      position = next
    } else position = readField(scan, start, end)
  }
  scan.tag = outer
  scan.start = at
  scan.stop = position
  return position
}

/**
 * Passes over a field that its message does not know.
 * @param known bit n is set where the message knows field n: such a field came with another wire type and is malformed
 */
export function passUnknown(scan: Scan, known: number): void {
  const number = scan.tag >>> 3
  if (number < 32 && (known >>> number) & 1) {
    throw new Malformed(`field ${number} with wire type ${scan.tag & 7}, which it does not have,`, scan.start)
  }
}

/** The bit set for {@link passUnknown}. */
export function knownFields(...numbers: number[]): number {
  return numbers.reduce((bits, number) => bits | (1 << number), 0)
}

/** An enumeration's number, kept in one byte: unknown ones as they are, what does not fit as 0 (unspecified, unset). */
export function enumNumber(scan: Scan): number {
  return scan.high === 0 && scan.value >>> 0 <= 255 ? scan.value : 0
}
