/** A growing, reusable byte buffer with the few writes that Native blocks and spool records are made of; little-endian. */

/** Up to this many bytes a loop beats `TypedArray.set`, whose call makes a view first (measured: they meet near 40). */
export const LOOP_BYTES_MAX = 40

const KEEP_BYTES_MAX = 32 * 1024 * 1024

export class ByteBuffer {
  /** Plain, not a Buffer: views of a Buffer cost twice as much. */
  bytes: Uint8Array
  /** The same bytes for reads and writes of four at a time: a third of the time of single ones. */
  data: DataView
  length = 0
  private buffer: Buffer
  private readonly home: Buffer | undefined

  /** @param room bytes to start with, which double when needed; or those that it begins with each time anew */
  constructor(room: number | Buffer = 64 * 1024) {
    this.home = typeof room === 'number' ? undefined : room
    this.buffer = typeof room === 'number' ? Buffer.allocUnsafeSlow(room) : room
    this.bytes = plain(this.buffer)
    this.data = dataView(this.buffer)
  }

  /** Empties it. What one large request blew up is given back. */
  clear(): void {
    this.length = 0
    if (this.home !== undefined) {
      if (this.buffer !== this.home) this.use(this.home)
      return
    }
    if (this.bytes.length <= KEEP_BYTES_MAX) return
    this.use(Buffer.allocUnsafeSlow(KEEP_BYTES_MAX))
  }

  /** Makes room for `more` bytes behind `length`. */
  ensure(more: number): void {
    const needed = this.length + more
    if (needed > this.bytes.length) this.grow(needed)
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
    larger.set(this.bytes.subarray(0, this.length))
    this.use(larger)
  }

  private use(buffer: Buffer): void {
    this.buffer = buffer
    this.bytes = plain(buffer)
    this.data = dataView(buffer)
  }

  /** What was written so far: a view, valid until the next write. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length)
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.grow(this.length + 1)
    this.bytes[this.length++] = value
  }

  uint16(value: number): void {
    this.ensure(2)
    this.bytes[this.length++] = value
    this.bytes[this.length++] = value >>> 8
  }

  uint32(value: number): void {
    this.ensure(4)
    const { bytes } = this
    let at = this.length
    bytes[at++] = value
    bytes[at++] = value >>> 8
    bytes[at++] = value >>> 16
    bytes[at++] = value >>> 24
    this.length = at
  }

  /** @param value a whole number from 0 to 2^53 */
  uint64(value: number): void {
    this.uint32(value >>> 0)
    this.uint32(Math.floor(value / 0x1_0000_0000))
  }

  /** LEB128. @param value 0 to 2^31 - 1 */
  varint(value: number): void {
    this.ensure(5)
    let rest = value
    while (rest > 127) {
      this.bytes[this.length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.bytes[this.length++] = rest
  }

  /** Copies `source[start, end)`. */
  copy(source: Uint8Array, start: number, end: number): void {
    const count = end - start
    this.ensure(count)
    const { bytes } = this
    let at = this.length
    if (count > LOOP_BYTES_MAX) bytes.set(source.subarray(start, end), at)
    else for (let from = start; from < end; from++) bytes[at++] = source[from]!
    this.length += count
  }

  /** Copies whole words of four bytes and then forgets all but `count` bytes of them. */
  words(words: Int32Array, count: number): void {
    this.ensure(words.length * 4)
    const { data } = this
    let at = this.length
    for (let i = 0; i < words.length; i++, at += 4) data.setInt32(at, words[i]!, true)
    this.length += count
  }

  /** A String row: its length as varint, then its bytes. */
  row(source: Uint8Array, start: number, end: number): void {
    const count = end - start
    if (count < 128) this.byte(count)
    else this.varint(count)
    this.copy(source, start, end)
  }

  /** Puts its true length before a row that begins at `begun`, where a shorter one of `head` bytes is a guess of it. */
  correctLength(begun: number, head: number): void {
    const from = begun + head
    const count = this.length - from
    const more = varintBytes(count) - head
    this.ensure(5)
    if (more > 0) this.bytes.copyWithin(from + more, from, from + count)
    this.length = begun
    this.varint(count)
    this.length += count
  }

  /** A JavaScript string as UTF-8, without a length. */
  utf8(value: string): void {
    this.ensure(value.length * 3)
    this.length += this.buffer.write(value, this.length)
  }

  /** Writes `count` bytes of `value`. */
  fill(value: number, count: number): void {
    this.ensure(count)
    this.bytes.fill(value, this.length, this.length + count)
    this.length += count
  }

  /** Writes the last `count` bytes again, `times` times: what stands there doubles with each copy. */
  repeat(count: number, times: number): void {
    this.ensure(count * times)
    const from = this.length - count
    const end = this.length + count * times
    while (this.length < end) {
      const size = Math.min(this.length - from, end - this.length)
      this.bytes.copyWithin(this.length, from, from + size)
      this.length += size
    }
  }
}

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest > 127; rest >>>= 7) bytes++
  return bytes
}

/** The same memory without Buffer's methods. */
export function plain(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

export function dataView(buffer: Uint8Array): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
}
