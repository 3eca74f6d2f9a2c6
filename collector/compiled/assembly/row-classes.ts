/** Numbers rows by what is equal among them, as `blocks/row-classes.ts` does. */
import { CLASSES, SPAN_STRIDE, SPANS_MAX } from './layout'

const PROBES_MAX: i32 = 32
/** Of each class: its first row, its hash, its slot; then the slots, twice as many as there are rows. */
const FIRSTS: i32 = CLASSES
const HASHES: i32 = CLASSES + SPAN_STRIDE
const PLACES: i32 = CLASSES + 2 * SPAN_STRIDE
const SLOTS: i32 = CLASSES + 3 * SPAN_STRIDE
const SLOT_MASK: i32 = SPANS_MAX * 2 - 1

/** Classes so far. Their first rows are at `CLASSES`. */
export let classCount: i32 = 0
/** Where {@link nextLike} goes on, and how far it has looked. */
let slot: i32 = 0
let probe: i32 = 0

export function clearClasses(): void {
  for (let known = 0; known < classCount; known++) {
    const place = load<i32>(known << 2, PLACES)
    if (place >= 0) store<i32>(place << 2, 0, SLOTS)
  }
  classCount = 0
}

/** Before {@link nextLike}. */
export function lookFor(hash: i32): void {
  slot = (hash ^ (hash >>> 15)) & SLOT_MASK
  probe = 0
}

/** The next class of rows with this hash; -1 where there is none. */
export function nextLike(hash: i32): i32 {
  for (; probe < PROBES_MAX; probe++) {
    const known = load<i32>(slot << 2, SLOTS) - 1
    if (known < 0) return -1
    slot = (slot + 1) & SLOT_MASK
    if (load<i32>(known << 2, HASHES) === hash) {
      probe++
      return known
    }
  }
  return -1
}

/** A class of its own for a row that is like none before, which {@link nextLike} has told. */
export function addClass(row: i32, hash: i32): i32 {
  const known = classCount++
  const place = probe < PROBES_MAX ? slot : -1
  store<i32>(known << 2, row, FIRSTS)
  store<i32>(known << 2, hash, HASHES)
  store<i32>(known << 2, place, PLACES)
  if (place >= 0) store<i32>(place << 2, known + 1, SLOTS)
  return known
}

export function firstOf(known: i32): i32 {
  return load<i32>(known << 2, FIRSTS)
}

/** One more number into a hash. */
export function mix(hash: i32, value: i32): i32 {
  const mixed = (hash ^ value) * 0x85ebca6b
  return mixed ^ (mixed >>> 13)
}
