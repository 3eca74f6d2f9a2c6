/** JSON strings, as `blocks/json-writer.ts` writes them. */

const QUOTE: i32 = 0x22
const BACKSLASH: i32 = 0x5c
/** `\u00`, little-endian. */
const ESCAPE: i32 = 0x3030755c
/** Of one byte at most, as `\u001f`. */
export const ESCAPED_BYTES_MAX: i32 = 6

/**
 * The `length` bytes at the address `from` as a string at `at`; gives the address behind it. Sixteen bytes a step: reads and writes go as far
 * beyond the end.
 */
export function putString(at: i32, from: i32, length: i32): i32 {
  store<u8>(at++, QUOTE)
  const end = from + length
  while (from < end) {
    const bytes = v128.load(from)
    v128.store(at, bytes)
    const found = i8x16.bitmask(
      v128.or(
        i8x16.lt_u(bytes, i8x16.splat(0x20)),
        v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      ),
    )
    const rest = end - from
    const plain = ctz(found | 0x10000)
    if (plain >= rest) {
      at += rest
      break
    }
    at += plain
    from += plain
    if (plain < 16) at = putEscaped(at, load<u8>(from++))
  }
  store<u8>(at, QUOTE)
  return at + 1
}

function putEscaped(at: i32, byte: i32): i32 {
  if (byte >= 0x20) {
    store<u8>(at, BACKSLASH)
    store<u8>(at + 1, byte)
    return at + 2
  }
  store<i32>(at, ESCAPE)
  store<u8>(at + 4, hexDigit(byte >>> 4))
  store<u8>(at + 5, hexDigit(byte & 15))
  return at + ESCAPED_BYTES_MAX
}

function hexDigit(value: i32): i32 {
  return value < 10 ? 48 + value : 87 + value
}
