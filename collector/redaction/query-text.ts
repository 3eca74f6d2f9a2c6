/** What is kept of the text of a database query, in place: a text never grows. */
import { createHash } from 'node:crypto'

/**
 * `full`: as it came. `sanitised`: literals become `?`, comments go. `hashed`: the beginning of its SHA-256 in hex, so that equal texts are still
 * known as such. `off`: nothing.
 */
export const QUERY_TEXT_POLICIES = ['full', 'sanitised', 'hashed', 'off'] as const
export type QueryTextPolicy = (typeof QUERY_TEXT_POLICIES)[number]

const HASH_DIGITS = 16

/** Rewrites `[start, end)`. @returns where the text ends now */
export function rewriteQueryText(policy: QueryTextPolicy, bytes: Buffer, start: number, end: number): number {
  if (policy === 'full') return end
  if (policy === 'off') return start
  if (policy === 'sanitised') return sanitise(bytes, start, end)
  const digest = createHash('sha256').update(bytes.subarray(start, end)).digest('hex')
  const length = Math.min(HASH_DIGITS, end - start)
  bytes.write(digest.slice(0, length), start, 'latin1')
  return start + length
}

const MARK = 0x3f
const is = (pattern: RegExp) =>
  Uint8Array.from({ length: 256 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0))
const isWord = is(/[A-Za-z0-9_$@:.]/)
const isDigit = is(/[0-9]/)
const isNumberByte = is(/[0-9A-Za-z_.]/)
const isSpace = is(/\s/)
/** Before a text in double quotes that is a value, whatever the dialect says; elsewhere it is a name. */
const isBeforeValue = is(/[=<>(,:[]/)

function sanitise(bytes: Buffer, start: number, end: number): number {
  let to = start
  let at = start
  while (at < end) {
    const literal = literalAt(bytes, start, at, to, end)
    if (literal > at) {
      bytes[to++] = MARK
      at = literal
      continue
    }
    const comment = commentAt(bytes, at, end)
    if (comment > at) at = comment
    else bytes[to++] = bytes[at++]!
  }
  return to
}

/** Where the literal that begins here ends; `at` when none does. @param to what stands before it is written up to here already */
function literalAt(bytes: Buffer, start: number, at: number, to: number, end: number): number {
  const byte = bytes[at]!
  if (byte === 0x27) return quotedEnd(bytes, at, end)
  if (byte === 0x22) return isValueHere(bytes, start, to) ? quotedEnd(bytes, at, end) : at
  if (byte === 0x24 && bytes[at + 1] === 0x24) return dollarEnd(bytes, at, end)
  if (isDigit[byte] === 1 && (to === start || isWord[bytes[to - 1]!] === 0)) {
    let close = at
    while (close < end && isNumberByte[bytes[close]!] === 1) close++
    return close
  }
  return at
}

function isValueHere(bytes: Buffer, start: number, to: number): boolean {
  let before = to
  while (before > start && isSpace[bytes[before - 1]!] === 1) before--
  return before > start && isBeforeValue[bytes[before - 1]!] === 1
}

/** A quote is written twice, or behind a backslash, inside of its text. Without an end it reaches to the end. */
function quotedEnd(bytes: Buffer, at: number, end: number): number {
  const quote = bytes[at]
  let close = at + 1
  while (close < end) {
    if (bytes[close] === 0x5c) close += 2
    else if (bytes[close] !== quote) close++
    else if (bytes[close + 1] === quote && close + 1 < end) close += 2
    else return close + 1
  }
  return end
}

function dollarEnd(bytes: Buffer, at: number, end: number): number {
  const close = bytes.subarray(at + 2, end).indexOf('$$', 0, 'latin1')
  return close < 0 ? end : at + close + 4
}

function commentAt(bytes: Buffer, at: number, end: number): number {
  if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d) {
    let close = at
    while (close < end && bytes[close] !== 0x0a) close++
    return close
  }
  if (bytes[at] !== 0x2f || bytes[at + 1] !== 0x2a) return at
  const close = bytes.subarray(at + 2, end).indexOf('*/', 0, 'latin1')
  return close < 0 ? end : at + close + 4
}
