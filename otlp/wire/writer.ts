/** Writes protobuf's wire format into one growing buffer; nested messages get their length when they end. */

const GROWTH = 2

/** Up to here copying in a loop costs less than the call that copies a block. */
const LOOP_BYTES_MAX = 48

export class Writer {
  private buffer: Buffer
  private length = 0

  /** @param capacity bytes that will most likely do */
  constructor(capacity: number) {
    this.buffer = Buffer.allocUnsafe(Math.max(capacity, 64))
  }

  /** What was written; the writer must not be used any more. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.length)
  }

  /** An unsigned 32-bit varint: tags, lengths, small numbers. */
  varint32(value: number): void {
    this.reserve(5)
    let rest = value >>> 0
    while (rest > 127) {
      this.buffer[this.length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.buffer[this.length++] = rest
  }

  /** The varint of a 64-bit integer; a negative one takes ten bytes. */
  varint64(value: bigint): void {
    let rest = BigInt.asUintN(64, value)
    this.reserve(10)
    while (rest > 127n) {
      this.buffer[this.length++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.buffer[this.length++] = Number(rest)
  }

  fixed32(value: number): void {
    this.reserve(4)
    this.length = this.buffer.writeUInt32LE(value >>> 0, this.length)
  }

  fixed64(value: bigint): void {
    this.reserve(8)
    this.length = this.buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.length)
  }

  double(value: number): void {
    this.reserve(8)
    this.length = this.buffer.writeDoubleLE(value, this.length)
  }

  /** `source[start, stop)` with its length before it. */
  lengthDelimited(source: Uint8Array, start: number, stop: number): void {
    this.varint32(stop - start)
    this.raw(source, start, stop)
  }

  /** `source[start, stop)` as it is. */
  raw(source: Uint8Array, start: number, stop: number): void {
    const size = stop - start
    this.reserve(size)
    const { buffer, length } = this
    if (size > LOOP_BYTES_MAX) buffer.set(source.subarray(start, stop), length)
    else for (let i = 0; i < size; i++) buffer[length + i] = source[start + i]!
    this.length += size
  }

  /** Begins a nested message, after its tag; give the answer to {@link end}. */
  begin(): number {
    this.reserve(1)
    return this.length++
  }

  /** Ends the nested message that began at `mark`, and sets its length. One byte is kept for it: a longer one moves the message. */
  end(mark: number): void {
    const size = this.length - mark - 1
    if (size < 128) {
      this.buffer[mark] = size
      return
    }
    const extra = Math.ceil((32 - Math.clz32(size)) / 7) - 1
    this.reserve(extra)
    this.buffer.copyWithin(mark + 1 + extra, mark + 1, this.length)
    this.length = mark
    this.varint32(size)
    this.length += size
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * GROWTH, this.length + bytes))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }
}
