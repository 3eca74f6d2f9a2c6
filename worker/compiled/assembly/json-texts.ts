/** Strings of JSON: where they end, and what they say. Addresses throughout. */

const QUOTE: i32 = 0x22
const BACKSLASH: i32 = 0x5c

/** Whether something is escaped in the string whose end was found last. */
export let isEscaped: bool = false

/** The closing quote of the string whose text begins at `at`; -1 if none comes before `end`, or if it is no JSON in UTF-8. Sixteen bytes a step. */
export function endOfString(at: i32, end: i32): i32 {
  isEscaped = false
  while (at < end) {
    const bytes = v128.load(at)
    // Signed: bytes above 127 are less than 0.
    const found = i8x16.bitmask(
      v128.or(
        i8x16.lt_s(bytes, i8x16.splat(0x20)),
        v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      ),
    )
    at += ctz(found | 0x10000)
    if (found === 0) continue
    if (at >= end) return -1
    const byte: i32 = load<u8>(at)
    if (byte === QUOTE) return at
    if (byte < 0x20) return -1
    if (byte === BACKSLASH) {
      isEscaped = true
      at += 2
    } else {
      const length = characterLength(at, end)
      if (length === 0) return -1
      at += length
    }
  }
  return -1
}

/** Bytes of the UTF-8 character at `at` (RFC 3629, section 4), 0 where there is none. */
function characterLength(at: i32, end: i32): i32 {
  const first: i32 = load<u8>(at)
  if (first < 0xc2 || first > 0xf4) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + length > end) return 0
  const second: i32 = load<u8>(at + 1)
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < least || second > most) return 0
  for (let i = 2; i < length; i++) if ((load<u8>(at + i) & 0xc0) !== 0x80) return 0
  return length
}

/** Writes at `to` what the string in `[at, end)` says; gives the bytes written, -1 for an escape that is none, or half a character. */
export function putUnescaped(to: i32, at: i32, end: i32): i32 {
  const begin = to
  while (at < end) {
    const bytes = v128.load(at)
    v128.store(to, bytes)
    const plain = min(ctz(i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0x5c))) | 0x10000), end - at)
    at += plain
    to += plain
    if (at >= end || load<u8>(at) !== BACKSLASH) continue
    const letter: i32 = at + 1 < end ? load<u8>(at + 1) : 0
    if (letter === 0x75) {
      let point = hexOf(at + 2, end)
      at += 6
      if (point >= 0xdc00 && point < 0xe000) return -1
      if (point >= 0xd800 && point < 0xdc00) {
        if (at + 6 > end || load<u16>(at) !== 0x755c) return -1
        const low = hexOf(at + 2, end)
        if (low < 0xdc00 || low > 0xdfff) return -1
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00)
        at += 6
      }
      if (point < 0) return -1
      to = putCharacter(to, point)
    } else {
      const byte = escapedByte(letter)
      if (byte < 0) return -1
      store<u8>(to++, byte)
      at += 2
    }
  }
  return to - begin
}

function escapedByte(letter: i32): i32 {
  if (letter === QUOTE || letter === BACKSLASH || letter === 0x2f) return letter
  if (letter === 0x6e) return 10
  if (letter === 0x74) return 9
  if (letter === 0x72) return 13
  if (letter === 0x62) return 8
  if (letter === 0x66) return 12
  return -1
}

/** Four hex digits; -1 if they are none. */
function hexOf(at: i32, end: i32): i32 {
  if (at + 4 > end) return -1
  let value = 0
  for (let n = 0; n < 4; n++) {
    const byte: i32 = load<u8>(at + n)
    const letter = byte | 0x20
    if (byte >= 48 && byte <= 57) value = (value << 4) | (byte - 48)
    else if (letter >= 97 && letter <= 102) value = (value << 4) | (letter - 87)
    else return -1
  }
  return value
}

function putCharacter(to: i32, point: i32): i32 {
  if (point < 0x80) {
    store<u8>(to, point)
    return to + 1
  }
  if (point < 0x800) {
    store<u8>(to, 0xc0 | (point >>> 6))
    store<u8>(to + 1, 0x80 | (point & 63))
    return to + 2
  }
  if (point < 0x10000) {
    store<u8>(to, 0xe0 | (point >>> 12))
    store<u8>(to + 1, 0x80 | ((point >>> 6) & 63))
    store<u8>(to + 2, 0x80 | (point & 63))
    return to + 3
  }
  store<u8>(to, 0xf0 | (point >>> 18))
  store<u8>(to + 1, 0x80 | ((point >>> 12) & 63))
  store<u8>(to + 2, 0x80 | ((point >>> 6) & 63))
  store<u8>(to + 3, 0x80 | (point & 63))
  return to + 4
}
