/** Finds one member of a JSON object inside its bytes, without parsing the rest into values. */

/** Where a member's value stands: `[start, end)`, for a string without its quotes. */
export interface JsonMember {
  start: number
  end: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c

/**
 * Looks for `name` among the members of the object in `bytes[from, to)`, at its first level. Only strings and numbers count;
 * anything else, an empty string, or text that is no JSON object, is undefined. One pass, no recursion.
 */
export function findJsonMember(bytes: Uint8Array, from: number, to: number, name: Uint8Array): JsonMember | undefined {
  let at = skipSpace(bytes, from, to)
  if (bytes[at] !== 0x7b) return undefined
  let depth = 0
  for (; at < to; at++) {
    const byte = bytes[at]!
    if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) depth--
    else if (byte === QUOTE) {
      const close = endOfString(bytes, at + 1, to)
      if (close < 0) return undefined
      const isName = depth === 1 && close - at - 1 === name.length && matches(bytes, at + 1, name)
      at = close
      if (isName) {
        const colon = skipSpace(bytes, close + 1, to)
        if (bytes[colon] === COLON) return valueAt(bytes, skipSpace(bytes, colon + 1, to), to)
      }
    }
  }
  return undefined
}

function valueAt(bytes: Uint8Array, start: number, to: number): JsonMember | undefined {
  if (start >= to) return undefined
  if (bytes[start] === QUOTE) {
    const close = endOfString(bytes, start + 1, to)
    if (close <= start + 1) return undefined
    return { start: start + 1, end: close }
  }
  const first = bytes[start]!
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) return undefined
  let end = start
  while (end < to && bytes[end] !== COMMA && bytes[end] !== 0x7d && bytes[end]! > 0x20) end++
  return { start, end }
}

/** Index of the closing quote, -1 if the text ends before it. */
function endOfString(bytes: Uint8Array, start: number, to: number): number {
  for (let at = start; at < to; at++) {
    const byte = bytes[at]!
    if (byte === BACKSLASH) at++
    else if (byte === QUOTE) return at
  }
  return -1
}

function skipSpace(bytes: Uint8Array, start: number, to: number): number {
  let at = start
  while (at < to && bytes[at]! <= 0x20) at++
  return at
}

function matches(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false
  return true
}
