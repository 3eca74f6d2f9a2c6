/**
 * Reads protobuf's wire format as `otlp/wire/scan.ts` does, in the request's bytes behind `BODY`. Whatever that would refuse ends in a
 * trap: TypeScript then reads the request again and says what is wrong with it.
 */
import { BODY } from './layout'

export const VARINT: i32 = 0
export const FIXED64: i32 = 1
export const LEN: i32 = 2
const GROUP_START: i32 = 3
const GROUP_END: i32 = 4
export const FIXED32: i32 = 5

/** Nesting of groups, and the numbers of those that are open. */
const GROUP_DEPTH_MAX: i32 = 32
const OPEN: usize = memory.data(GROUP_DEPTH_MAX * 4)

/** The field that was read last. */
export let tag: i32 = 0
export let start: i32 = 0
export let stop: i32 = 0
/** Low 32 bits of a varint, and its upper ones. */
export let value: i32 = 0
export let high: i32 = 0

/** Leaves the request to TypeScript. */
export function leave(): void {
  unreachable()
}

/** Reads the field at `at` of a message that ends at `end`; gives where the next one starts. */
export function readField(at: i32, end: i32): i32 {
  let next = at + 1
  tag = load<u8>(at, BODY)
  if (tag > 127) {
    next = readVarint(at, end)
    tag = value
    if (high !== 0) leave()
  }
  if (tag >>> 3 === 0) leave()
  const wireType = tag & 7
  if (wireType === LEN) return readLength(next, end)
  start = next
  if (wireType === VARINT) {
    if (next < end) {
      value = load<u8>(next, BODY)
      if (value < 128) {
        high = 0
        stop = next + 1
        return next + 1
      }
    }
    next = readVarint(next, end)
    stop = next
    return next
  }
  if (wireType === GROUP_START) return skipGroup(next, end)
  const size = wireType === FIXED64 ? 8 : wireType === FIXED32 ? 4 : 0
  if (size === 0 || end - next < size) leave()
  stop = next + size
  return next + size
}

function readLength(at: i32, end: i32): i32 {
  let from = at + 1
  let length: i32 = at < end ? load<u8>(at, BODY) : 128
  if (length > 127) {
    from = readVarint(at, end)
    length = value
    if (high !== 0 || length < 0) leave()
  }
  if (length > end - from) leave()
  start = from
  stop = from + length
  return from + length
}

function readVarint(at: i32, end: i32): i32 {
  let bits: u64 = 0
  let position = at
  for (let shift: u64 = 0; shift < 70; shift += 7) {
    if (position >= end) leave()
    const byte: u64 = load<u8>(position++, BODY)
    bits |= (byte & 127) << shift
    if (byte < 128) {
      if (shift === 63 && byte > 1) leave()
      value = <i32>bits
      high = <i32>(bits >> 32)
      return position
    }
  }
  leave()
  return 0
}

/** Skips a group; its end must name the field that began it. */
function skipGroup(at: i32, end: i32): i32 {
  const outer = tag
  let depth = 1
  store<i32>(OPEN, outer >>> 3)
  let position = at
  while (depth > 0) {
    if (position >= end) leave()
    const begin = position
    const next = readVarint(position, end)
    const wireType = value & 7
    const number = value >>> 3
    if (high !== 0 || number === 0) leave()
    if (wireType === GROUP_START) {
      if (depth === GROUP_DEPTH_MAX) leave()
      store<i32>(OPEN + (depth++ << 2), number)
      position = next
    } else if (wireType === GROUP_END) {
      if (load<i32>(OPEN + (--depth << 2)) !== number) leave()
      position = next
    } else position = readField(begin, end)
  }
  tag = outer
  start = at
  stop = position
  return position
}

/** Passes over a field that its message does not know. @param known bit n is set where the message knows field n */
export function passUnknown(known: u32): void {
  const number = tag >>> 3
  if (number < 32 && (known >>> number) & 1) leave()
}

/** An enumeration's number, kept in one byte. */
export function enumNumber(): i32 {
  return high === 0 && <u32>value <= 255 ? value : 0
}
