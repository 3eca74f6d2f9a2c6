/** Numbers the attribute keys of a request, as `otlp/key-numbers.ts` does. */
import { hashOf, isEqual } from './bytes'
import { KEY_SLOTS, KEY_STRIDE, KEYS, KEYS_MAX } from './layout'
import { leave } from './wire'

const PROBES_MAX: i32 = 32
const STARTS: i32 = KEYS
const ENDS: i32 = KEYS + KEY_STRIDE
const HASHES: i32 = KEYS + 2 * KEY_STRIDE
const SUCCESSORS: i32 = KEYS + 3 * KEY_STRIDE
const SLOT_MASK: i32 = KEYS_MAX * 2 - 1

/** Numbers in use; 0 is the empty key. */
export let keyCount: i32 = 1
let last: i32 = 0

export function clearKeys(): void {
  if (keyCount > 1) memory.fill(KEY_SLOTS, 0, KEYS_MAX * 8)
  memory.fill(SUCCESSORS, 0, keyCount * 4)
  store<i32>(STARTS, 0)
  store<i32>(ENDS, 0)
  keyCount = 1
  last = 0
}

/** The number of the key if it is the one that came after the last one before; 0 where it is not. */
export function guessKey(start: i32, end: i32): i32 {
  const guess = load<i32>(last << 2, SUCCESSORS)
  if (guess === 0 || !isKey(guess, start, end)) return 0
  last = guess
  return guess
}

/** The number of any key, a new one if need be. */
export function addKey(start: i32, end: i32): i32 {
  const number = find(start, end)
  store<i32>(last << 2, number, SUCCESSORS)
  last = number
  return number
}

function isKey(number: i32, start: i32, end: i32): bool {
  return isEqual(load<i32>(number << 2, STARTS), load<i32>(number << 2, ENDS), start, end)
}

function find(start: i32, end: i32): i32 {
  if (start === end) return 0
  const hash = hashOf(start, end)
  let slot = hash & SLOT_MASK
  for (let probe = 0; probe < PROBES_MAX; probe++) {
    const number = load<i32>(slot << 2, KEY_SLOTS)
    if (number === 0) return append(slot, hash, start, end)
    if (load<i32>(number << 2, HASHES) === hash && isKey(number, start, end)) return number
    slot = (slot + 1) & SLOT_MASK
  }
  return append(-1, hash, start, end)
}

function append(slot: i32, hash: i32, start: i32, end: i32): i32 {
  if (keyCount === KEYS_MAX) leave()
  const number = keyCount++
  store<i32>(number << 2, start, STARTS)
  store<i32>(number << 2, end, ENDS)
  store<i32>(number << 2, hash, HASHES)
  store<i32>(number << 2, 0, SUCCESSORS)
  if (slot >= 0) store<i32>(slot << 2, number, KEY_SLOTS)
  return number
}
