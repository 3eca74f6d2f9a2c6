/**
 * Numbers the different attribute keys of a request, so that whoever looks at keys does it once for each different one and
 * reads a number from then on. Spans of one sender have the same keys in the same order, so the next one is mostly guessed.
 */
import { equalBytes, hashBytes } from './wire/bytes.ts'

/**
 * Longest search for an equal key. Behind it a key gets another number, which costs a little and is never wrong: keys made
 * to collide can't make a request slow.
 */
const PROBES_MAX = 32

/** Numbers that are kept from one request to the next, as slots: the memory of a rare hostile request is given back. */
const KEPT_MAX = 16_384
const INITIAL = 256

export class KeyNumbers {
  /** Numbers in use. 0 is the empty key, whether or not there is one. */
  length = 1
  /** By number: where the key stands in the request for the first time. */
  starts = new Int32Array(INITIAL)
  ends = new Int32Array(INITIAL)
  private hashes = new Int32Array(INITIAL)
  /** By number: the one that came after it last time, the best guess at what comes next; 0 for none. */
  private successors = new Int32Array(INITIAL)
  private slots = new Int32Array(INITIAL * 2)
  private last = 0

  clear(): void {
    if (this.length > KEPT_MAX) this.resize(INITIAL, 1)
    else if (this.length > 1) this.slots.fill(0)
    this.successors.fill(0, 0, Math.min(this.length, this.successors.length))
    this.length = 1
    this.last = 0
  }

  /** Hot: the number of the key `[start, end)` if it is the one that came after the last one before; 0 where it is not. */
  guess(data: DataView, start: number, end: number): number {
    const guess = this.successors[this.last]!
    if (guess === 0 || !this.isKey(guess, data, start, end)) return 0
    this.last = guess
    return guess
  }

  /** The number of any key, a new one if need be. */
  add(data: DataView, start: number, end: number): number {
    const number = this.find(data, start, end)
    this.successors[this.last] = number
    this.last = number
    return number
  }

  private isKey(number: number, data: DataView, start: number, end: number): boolean {
    return equalBytes(data, this.starts[number]!, this.ends[number]!, data, start, end)
  }

  private find(data: DataView, start: number, end: number): number {
    if (start === end) return 0
    const hash = hashBytes(data, start, end)
    const mask = this.slots.length - 1
    let slot = hash & mask
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const number = this.slots[slot]!
      if (number === 0) return this.append(slot, hash, start, end)
      if (this.hashes[number] === hash && this.isKey(number, data, start, end)) return number
      slot = (slot + 1) & mask
    }
    return this.append(-1, hash, start, end)
  }

  private append(slot: number, hash: number, start: number, end: number): number {
    const number = this.length++
    this.starts[number] = start
    this.ends[number] = end
    this.hashes[number] = hash
    if (slot >= 0) this.slots[slot] = number
    if (this.length === this.starts.length) this.resize(this.length * 2, this.length)
    return number
  }

  /** Keeps the first `kept` numbers. */
  private resize(capacity: number, kept: number): void {
    const resized = (from: Int32Array) => {
      const to = new Int32Array(capacity)
      to.set(from.subarray(0, kept))
      return to
    }
    this.starts = resized(this.starts)
    this.ends = resized(this.ends)
    this.hashes = resized(this.hashes)
    this.successors = resized(this.successors)
    this.slots = new Int32Array(capacity * 2)
    const mask = this.slots.length - 1
    for (let number = 1; number < kept; number++) {
      let slot = this.hashes[number]! & mask
      for (let probe = 0; probe < PROBES_MAX && this.slots[slot] !== 0; probe++) slot = (slot + 1) & mask
      if (this.slots[slot] === 0) this.slots[slot] = number
    }
  }
}
