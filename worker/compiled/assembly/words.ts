/** Words of columns of few words, by number: known from look to look, because the same ones come again and again. */
import {
  CHOSEN,
  LABELS,
  WORD_BYTES,
  WORD_BYTES_MAX,
  WORD_ENDS,
  WORD_LABELS,
  WORD_LENGTH_MAX,
  WORD_SLOT_MASK,
  WORD_SLOTS,
  WORD_STARTS,
  WORDS_MAX,
} from './layout'

/** Odd factors that stir all bits. */
export const GOLDEN: u64 = ((<u64>0x9e3779b9) << 32) | 0x7f4a7c15
export const MIX: u64 = ((<u64>0xbf58476d) << 32) | 0x1ce4e5b9

/** How many there are. */
export let wordCount: i32 = 0
/** Bytes of all of them. */
export let wordBytes: i32 = 0
/** Nobody outside knows it: who could choose words that fall together would make looks long. */
let seed: u64 = 0

export function setSeed(value: u64): void {
  seed = value
}

export function forgetWords(): void {
  wordCount = 0
  wordBytes = 0
  memory.fill(WORD_SLOTS, 0, (WORD_SLOT_MASK + 1) * 4)
}

/** The number of the word at the address `from`, -1 if there is no room for it. */
export function wordOf(from: i32, length: i32): i32 {
  let slot = hashOf(from, length) & WORD_SLOT_MASK
  for (;;) {
    const code = load<i32>(WORD_SLOTS + (slot << 2)) - 1
    if (code < 0) break
    const start = load<i32>(WORD_STARTS + (code << 2))
    if (load<i32>(WORD_ENDS + (code << 2)) - start === length && isEqual(start, from, length)) return code
    slot = (slot + 1) & WORD_SLOT_MASK
  }
  if (wordCount === WORDS_MAX || length > WORD_LENGTH_MAX || wordBytes + length > WORD_BYTES_MAX) return -1
  const code = wordCount++
  const start = WORD_BYTES + wordBytes
  memory.copy(start, from, length)
  wordBytes += length
  store<i32>(WORD_STARTS + (code << 2), start)
  store<i32>(WORD_ENDS + (code << 2), start + length)
  store<i32>(WORD_LABELS + (code << 2), 0)
  store<i32>(WORD_SLOTS + (slot << 2), code + 1)
  return code
}

function hashOf(from: i32, length: i32): i32 {
  let hash: u64 = seed ^ <u64>length
  let at = 0
  for (; at + 8 <= length; at += 8) {
    hash = (hash ^ load<u64>(from + at)) * GOLDEN
    hash ^= hash >> 32
  }
  for (; at < length; at++) hash = (hash ^ load<u8>(from + at)) * MIX + seed
  hash ^= hash >> 29
  return <i32>hash
}

function isEqual(a: i32, b: i32, length: i32): bool {
  let at = 0
  for (; at + 8 <= length; at += 8) if (load<u64>(a + at) !== load<u64>(b + at)) return false
  for (; at < length; at++) if (load<u8>(a + at) !== load<u8>(b + at)) return false
  return true
}

/** Puts into `CHOSEN` the words of `labels_json` in `rows` rows that nobody has read yet; gives how many. */
export function listNewLabels(rows: i32): i32 {
  let count = 0
  for (let row = 0; row < rows; row++) {
    const word = load<i32>(LABELS + (row << 2)) << 2
    if (load<i32>(WORD_LABELS + word) !== 0) continue
    store<i32>(WORD_LABELS + word, -1)
    store<i32>(CHOSEN + (count++ << 2), word >>> 2)
  }
  return count
}
