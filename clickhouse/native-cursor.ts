/** Where one is in the bytes of ClickHouse's Native format, and the few shapes that values have there. */

/** Words of a LowCardinality column. */
export interface NativeDictionary {
  words: readonly string[]
  /** Bytes of each row's index into them, and where the first one stands. */
  size: number
  start: number
}

/** Walks over the bytes of Native blocks. */
export class NativeCursor {
  at = 0

  constructor(readonly bytes: Buffer) {}

  /** Moves behind `size` bytes and gives where they began. */
  skip(size: number): number {
    const start = this.at
    if (start + size > this.bytes.length) throw new RangeError('a Native block ends too early')
    this.at = start + size
    return start
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.bytes[this.skip(1)]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
  }

  text(): string {
    const size = this.varint()
    const start = this.skip(size)
    return size === 0 ? '' : this.bytes.toString('utf8', start, start + size)
  }

  long(): number {
    return Number(this.bytes.readBigUInt64LE(this.skip(8)))
  }

  /** A column of few words: every different value once, then for each row which of them it has. */
  dictionary(rows: number): NativeDictionary {
    if (rows === 0) return { words: [], size: 1, start: this.at }
    this.skip(8) // the version of this layout, which is always 1
    const size = 1 << (this.long() & 0xff)
    const words: string[] = []
    for (let left = this.long(); left > 0; left--) words.push(this.text())
    const start = this.skip(size * this.long())
    return { words, size, start }
  }
}
