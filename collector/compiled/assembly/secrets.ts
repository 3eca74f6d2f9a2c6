/**
 * Whether a text may hold a secret: where not, `redaction/mask-text.ts` would change nothing in it, and count nothing. What is looked for comes from
 * there, by `compiled/secret-search.ts`.
 */
import { BODY, BYTE_CLASSES, NAME_SLOTS, NAME_SLOTS_MAX, TOKEN_BEGINNINGS, TOKEN_FILTERS } from './layout'

// Bits of a byte's class
const NAME: i32 = 1
const WORD: i32 = 2

const SPACE: i32 = 0x20
const QUOTE: i32 = 0x22
const APOSTROPHE: i32 = 0x27
const SLASH: i32 = 0x2f
const COLON: i32 = 0x3a
const LESS: i32 = 0x3c
const EQUALS: i32 = 0x3d
const GREATER: i32 = 0x3e
const AT: i32 = 0x40
const BACKSLASH: i32 = 0x5c
const SLASHES: i32 = 0x2f2f

const USERINFO_BYTES_MAX: i32 = 256
const NAME_BYTES_MIN: i32 = 3
const NAME_BYTES_MAX: i32 = 128
const PROBES_MAX: i32 = 32
const HARMLESS: i32 = 1

let nameHash: i32 = 0

/** Looks at every `:` and `=`, and wherever three bytes may begin a token: sixteen bytes a step, of which nearly all hold none of these. */
export function mayHoldSecret(start: i32, end: i32): bool {
  for (let at = start; at < end; at += 16) {
    const bytes = v128.load(at, BODY)
    const separators = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>COLON)), i8x16.eq(bytes, i8x16.splat(<i8>EQUALS)))
    const found = v128.or(separators, tokensFrom(at, bytes))
    if (!v128.any_true(found)) continue
    let candidates = ~i8x16.bitmask(i8x16.eq(found, i8x16.splat(0))) & 0xffff
    if (end - at < 16) candidates &= (1 << (end - at)) - 1
    for (; candidates !== 0; candidates &= candidates - 1) {
      if (mayBeSecret(start, at + ctz(candidates), end)) return true
    }
  }
  return false
}

/** Not 0 where three bytes may begin a token. The upper and the lower half of each tell for which of eight groups. */
function tokensFrom(at: i32, bytes: v128): v128 {
  const first = groups(bytes, 0)
  const second = groups(v128.load(at + 1, BODY), 32)
  const third = groups(v128.load(at + 2, BODY), 64)
  return v128.and(first, v128.and(second, third))
}

function groups(bytes: v128, filter: i32): v128 {
  const low = i8x16.swizzle(v128.load(filter, TOKEN_FILTERS), v128.and(bytes, i8x16.splat(15)))
  const high = i8x16.swizzle(v128.load(filter, TOKEN_FILTERS + 16), i8x16.shr_u(bytes, 4))
  return v128.and(low, high)
}

function mayBeSecret(start: i32, at: i32, end: i32): bool {
  const byte: i32 = load<u8>(at, BODY)
  if (byte === COLON && at + 3 <= end && <i32>load<u16>(at + 1, BODY) === SLASHES) return holdsPassword(at + 3, end)
  if (byte === COLON || byte === EQUALS) return mayBeSecretName(start, at)
  return (at === start || (load<u8>(load<u8>(at - 1, BODY), BYTE_CLASSES) & WORD) === 0) && beginsToken(at)
}

function beginsToken(at: i32): bool {
  const bytes = load<u64>(at, BODY)
  for (let entry = TOKEN_BEGINNINGS; load<u64>(entry) !== 0; entry += 24) {
    if (((bytes | load<u64>(entry + 8)) & load<u64>(entry)) === load<u64>(entry + 16)) return true
  }
  return false
}

/** Whether a password is in what follows `://`. */
function holdsPassword(start: i32, end: i32): bool {
  const limit = min(end, start + USERINFO_BYTES_MAX)
  let colon: i32 = -1
  let sign: i32 = -1
  for (let at = start; at < limit; at++) {
    const byte: i32 = load<u8>(at, BODY)
    if (byte <= SPACE || byte === QUOTE || byte === APOSTROPHE || byte === LESS || byte === GREATER) break
    if (byte === SLASH && (sign >= 0 || colon < 0 || isNumber(colon + 1, at))) break
    if (byte === COLON && colon < 0) colon = at
    if (byte === AT) sign = at
  }
  return colon >= 0 && sign > colon + 1
}

function isNumber(start: i32, end: i32): bool {
  for (let at = start; at < end; at++) {
    const byte: i32 = load<u8>(at, BODY)
    if ((byte < 0x30 || byte > 0x39) && byte !== 0x2d && byte !== 0x2e) return false
  }
  return end > start
}

/** Whether a key in a map is a secret name, or none that is known. */
export function mayBeSecretKey(start: i32, end: i32): bool {
  if (end - start < NAME_BYTES_MIN) return false
  return nameBefore(end, start) !== start || !isHarmless(nameHash)
}

/** Whether the name before a separator is, or none that is known. */
function mayBeSecretName(start: i32, separator: i32): bool {
  let end = separator
  while (end > start && load<u8>(end - 1, BODY) === SPACE) end--
  while (end > start && isQuote(load<u8>(end - 1, BODY))) end--
  return end - nameBefore(end, start) >= NAME_BYTES_MIN && !isHarmless(nameHash)
}

/** Where the name begins that ends at `end`; its hash is in `nameHash`. */
function nameBefore(end: i32, start: i32): i32 {
  const limit = max(start, end - NAME_BYTES_MAX)
  let first = end
  let hash: i32 = 0x811c9dc5
  while (first > limit) {
    const byte: i32 = load<u8>(first - 1, BODY)
    if ((load<u8>(byte, BYTE_CLASSES) & NAME) === 0) break
    first--
    hash = (hash ^ byte) * 0x01000193
  }
  nameHash = hash
  return first
}

function isQuote(byte: i32): bool {
  return byte === QUOTE || byte === APOSTROPHE || byte === BACKSLASH
}

function isHarmless(hash: i32): bool {
  let slot = hash & (NAME_SLOTS_MAX - 1)
  for (let probe = 0; probe < PROBES_MAX; probe++) {
    const answer = load<i32>(slot << 3, NAME_SLOTS + 4)
    if (answer === 0) return false
    if (load<i32>(slot << 3, NAME_SLOTS) === hash) return answer === HARMLESS
    slot = (slot + 1) & (NAME_SLOTS_MAX - 1)
  }
  return false
}
