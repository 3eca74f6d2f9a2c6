/** Texts that mapping found, as members of the document of one span, as `blocks/mapped-texts.ts` writes them. */
import { ESCAPED_BYTES_MAX, putString } from './json-writer'
import { BODY, MADE, MADE_ENDS, MADE_STARTS, NAME_BYTES, NAMES, TEXT_COLUMNS } from './layout'

const OPEN: i32 = 0x7b
const COMMA: i32 = 0x2c
const NO_TEXT: i32 = -1
/** What a member needs beside its text: a name, two quotes and one more. */
const MEMBER_BYTES: i32 = NAME_BYTES + 8

/**
 * Opens the document of a span at the address `begun` with those of the first so many texts at `TEXT_COLUMNS` in which it has a text; gives the address
 * behind them, -1 where there may be too little room before `end`.
 */
export function putTexts(row: i32, texts: i32, begun: i32, end: i32): i32 {
  const cell = row << 2
  let at = begun
  for (let column = 0; column < texts; column++) {
    const text = TEXT_COLUMNS + (column << 3)
    let start = load<i32>(load<i32>(text) + cell)
    if (start === NO_TEXT) continue
    let length: i32
    if (start >= 0) {
      length = load<i32>(load<i32>(text, 4) + cell) - start
      start += BODY
    } else {
      const made = (-2 - start) << 2
      start = load<i32>(made, MADE_STARTS)
      length = load<i32>(made, MADE_ENDS) - start
      start += MADE
    }
    if (length === 0) continue
    if (length > (end - at - MEMBER_BYTES) / ESCAPED_BYTES_MAX) return -1
    store<u8>(at, at === begun ? OPEN : COMMA)
    at = putString(putName(at + 1, NAMES + column * NAME_BYTES), start, length)
  }
  return at
}

/** A name as it stands in a document, behind its length; gives the address behind it. */
export function putName(at: i32, name: i32): i32 {
  v128.store(at, v128.load(name + 4))
  v128.store(at + 16, v128.load(name + 20))
  return at + load<i32>(name)
}
