/** A fixed set of short texts, found by their bytes: the one lookup that mapping does per attribute. */

/**
 * Maps texts to their index in the given list. Built once, never changed; a lookup allocates nothing.
 *
 * The hash samples six bytes and the length, because attribute keys share long prefixes and differ near their ends; a hit
 * is confirmed byte by byte, so a poor sample costs time, never a wrong answer. Probing is bounded by the table's own
 * texts, which no sender can influence.
 */
export class BytesTable {
  readonly size: number
  readonly texts: readonly Uint8Array[]
  /** Index of the text in each slot, -1 for none; a power of two of them. */
  readonly slots: Int32Array
  private readonly mask: number

  constructor(texts: readonly string[]) {
    this.texts = texts.map((text) => Buffer.from(text))
    this.size = texts.length
    let capacity = 64
    while (capacity < texts.length * 8) capacity *= 2
    this.mask = capacity - 1
    this.slots = new Int32Array(capacity).fill(-1)
    this.texts.forEach((bytes, index) => {
      if (this.find(bytes, 0, bytes.length) >= 0) throw new Error(`"${texts[index]}" stands twice in a table`)
      let slot = hash(bytes, 0, bytes.length) & this.mask
      while (this.slots[slot]! >= 0) slot = (slot + 1) & this.mask
      this.slots[slot] = index
    })
  }

  /** Index of the text that equals `bytes[start, end)`, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const { slots, texts, mask } = this
    let slot = hash(bytes, start, end) & mask
    for (;;) {
      const index = slots[slot]!
      if (index < 0) return -1
      if (equalBytes(texts[index]!, bytes, start, end)) return index
      slot = (slot + 1) & mask
    }
  }
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length === 0) return 0
  let h = Math.imul(length, 0x9e3779b1) ^ bytes[start]!
  h = Math.imul(h, 0x01000193) ^ bytes[start + (length >> 2)]!
  h = Math.imul(h, 0x01000193) ^ bytes[start + (length >> 1)]!
  h = Math.imul(h, 0x01000193) ^ bytes[start + length - (length >> 2) - 1]!
  h = Math.imul(h, 0x01000193) ^ bytes[end - 1 - (length > 1 ? 1 : 0)]!
  h = Math.imul(h, 0x01000193) ^ bytes[end - 1]!
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
  return (h ^ (h >>> 13)) >>> 0
}

/** Whether `bytes[start, end)` is `text`. */
export function equalBytes(text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let i = 0; i < text.length; i++) if (text[i] !== bytes[start + i]) return false
  return true
}

/** Whether `bytes[start, end)` begins with `prefix`. */
export function startsWithBytes(prefix: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= prefix.length && equalBytes(prefix, bytes, start, start + prefix.length)
}
