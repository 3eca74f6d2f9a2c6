/** Equality and hash of byte ranges of the request, as `otlp/wire/bytes.ts` has them, and what text is. */
import { BODY } from './layout'

export function isEqual(start: i32, end: i32, from: i32, to: i32): bool {
  const length = end - start
  if (to - from !== length) return false
  if (length < 4) {
    for (let k = 0; k < length; k++) if (load<u8>(start + k, BODY) !== load<u8>(from + k, BODY)) return false
    return true
  }
  if (length < 8) {
    return load<u32>(start, BODY) === load<u32>(from, BODY) && load<u32>(end - 4, BODY) === load<u32>(to - 4, BODY)
  }
  if (load<u64>(end - 8, BODY) !== load<u64>(to - 8, BODY)) return false
  for (let k = 0; k + 8 <= length; k += 8) {
    if (load<u64>(start + k, BODY) !== load<u64>(from + k, BODY)) return false
  }
  return true
}

export function hashOf(start: i32, end: i32): i32 {
  let hash = end - start
  if (hash < 8) {
    for (let at = start; at < end; at++) hash = (hash ^ load<u8>(at, BODY)) * 0x01000193
  } else {
    hash = (hash ^ load<i32>(start, BODY)) * 0x85ebca6b
    hash = (hash ^ (hash >>> 13) ^ load<i32>(start + 4, BODY)) * 0xc2b2ae35
    hash = (hash ^ (hash >>> 13) ^ load<i32>(end - 8, BODY)) * 0x85ebca6b
    hash = (hash ^ (hash >>> 13) ^ load<i32>(end - 4, BODY)) * 0xc2b2ae35
  }
  return hash ^ (hash >>> 15)
}

/** Whether `[start, end)` has no byte above 127: sixteen a step. */
export function isAscii(start: i32, end: i32): bool {
  let at = start
  for (; at + 16 <= end; at += 16) if (i8x16.bitmask(v128.load(at, BODY)) !== 0) return false
  // What stands behind the end is read, and not looked at.
  const rest = end - at
  return rest === 0 || (i8x16.bitmask(v128.load(at, BODY)) & ((1 << rest) - 1)) === 0
}

/** Whether `[start, end)` is UTF-8 (RFC 3629, section 4). */
export function isUtf8(start: i32, end: i32): bool {
  if (isAscii(start, end)) return true
  let at = start
  while (at < end) {
    const length = characterLength(at, end)
    if (length === 0) return false
    at += length
  }
  return true
}

/** Bytes of the character at `at`, 0 where there is none. */
function characterLength(at: i32, end: i32): i32 {
  const first: i32 = load<u8>(at, BODY)
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + length > end) return 0
  const second: i32 = load<u8>(at + 1, BODY)
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < least || second > most) return 0
  for (let i = 2; i < length; i++) if ((load<u8>(at + i, BODY) & 0xc0) !== 0x80) return 0
  return length
}
