/** The dictionary of one LowCardinality column of one block: byte strings to small numbers, without making a string. */
import { equalBytes, hashBytes } from '@runlens/otlp'
import { ByteBuffer } from './byte-buffer.ts'

/**
 * Longest search for an equal entry. Behind it a value gets an entry of its own, which is only larger, never wrong
 * (ClickHouse makes the entries unique again): values made to collide can't make a block slow.
 */
const PROBES_MAX = 32

export class Dictionary {
  /** All entries as String rows, the empty one first. */
  readonly rows = new ByteBuffer(16 * 1024)
  /** Entries, the empty one included. */
  size = 1
  private slots = new Int32Array(512)
  private starts = new Int32Array(256)
  private ends = new Int32Array(256)
  private hashes = new Int32Array(256)

  constructor() {
    this.clear()
  }

  clear(): void {
    if (this.size > 1) this.slots.fill(0)
    this.rows.clear()
    this.rows.byte(0)
    this.size = 1
  }

  /** The number of the bytes `[start, end)` of `source`: 0 for none, else that of an equal earlier one, else the next. */
  add(source: DataView, start: number, end: number): number {
    if (start === end) return 0
    const hash = hashBytes(source, start, end)
    const { rows, starts, ends, hashes } = this
    const mask = this.slots.length - 1
    let slot = hash & mask
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const entry = this.slots[slot]!
      if (entry === 0) return this.append(slot, hash, source, start, end)
      if (hashes[entry] === hash && equalBytes(rows.data, starts[entry]!, ends[entry]!, source, start, end))
        return entry
      slot = (slot + 1) & mask
    }
    return this.append(-1, hash, source, start, end)
  }

  /** The number of an entry of its own: for values that differ as they are. Not beside {@link add}. */
  put(source: Uint8Array, start: number, end: number): number {
    this.rows.row(source, start, end)
    return this.size++
  }

  private append(slot: number, hash: number, source: DataView, start: number, end: number): number {
    if (this.size === this.starts.length) this.growEntries()
    const entry = this.size++
    this.rows.row(new Uint8Array(source.buffer, source.byteOffset + start, end - start), 0, end - start)
    this.starts[entry] = this.rows.length - (end - start)
    this.ends[entry] = this.rows.length
    this.hashes[entry] = hash
    if (slot >= 0) this.slots[slot] = entry
    if (this.size * 2 > this.slots.length) this.growSlots()
    return entry
  }

  private growEntries(): void {
    this.starts = doubled(this.starts)
    this.ends = doubled(this.ends)
    this.hashes = doubled(this.hashes)
  }

  private growSlots(): void {
    const slots = new Int32Array(this.slots.length * 2)
    const mask = slots.length - 1
    for (let entry = 1; entry < this.size; entry++) {
      let slot = this.hashes[entry]! & mask
      let probe = 0
      while (slots[slot] !== 0 && probe++ < PROBES_MAX) slot = (slot + 1) & mask
      if (slots[slot] === 0) slots[slot] = entry
    }
    this.slots = slots
  }
}

function doubled(from: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(from.length * 2)
  larger.set(from)
  return larger
}
