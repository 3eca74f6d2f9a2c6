/** Writes values as ClickHouse's RowBinary has them into a buffer that grows. */

/** Texts up to this length are written byte by byte, as long as they are ASCII: sooner than a call into the runtime. */
const SHORT_TEXT = 48

/** Up to so many bytes a loop copies sooner than a call into the runtime. */
const SHORT_COPY = 64

export class ByteWriter {
  private buffer = Buffer.allocUnsafe(4096)
  private view = viewOf(this.buffer)
  private used = 0

  /** Bytes written. */
  get length(): number {
    return this.used
  }

  clear(): void {
    this.used = 0
  }

  /** Room for `bytes` more; gives the position of the first. */
  private take(bytes: number): number {
    const at = this.used
    this.used += bytes
    if (this.used > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.used, this.buffer.length * 2))
      this.buffer.copy(larger, 0, 0, at)
      this.buffer = larger
      this.view = viewOf(larger)
    }
    return at
  }

  byte(value: number): void {
    const at = this.take(1)
    this.buffer[at] = value
  }

  unsigned(value: number, bytes: number): void {
    if (bytes === 1 && value >= 0 && value <= 0xff) this.byte(value)
    else {
      const at = this.take(bytes)
      this.buffer.writeUIntLE(value, at, bytes)
    }
  }

  unsigned64(value: bigint): void {
    const at = this.take(8)
    this.view.setBigUint64(at, BigInt.asUintN(64, value), true)
  }

  /** Words of 32 bits, as they stand from `start` on. */
  words(from: Uint32Array, start: number, count: number): void {
    const at = this.take(4 * count)
    for (let n = 0; n < count; n++) this.view.setUint32(at + 4 * n, from[start + n]!, true)
  }

  float(value: number, bytes: 4 | 8): void {
    const at = this.take(bytes)
    if (bytes === 4) this.view.setFloat32(at, value, true)
    else this.view.setFloat64(at, value, true)
  }

  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80)
      rest >>>= 7
    }
    this.byte(rest)
  }

  text(value: string): void {
    if (value.length <= SHORT_TEXT && this.ascii(value)) return
    const bytes = Buffer.byteLength(value)
    this.varint(bytes)
    const at = this.take(bytes)
    this.buffer.write(value, at, bytes, 'utf8')
  }

  /** Writes a short text if each of its characters is one byte. */
  private ascii(value: string): boolean {
    const { length } = value
    const at = this.take(length + 1)
    this.buffer[at] = length
    for (let n = 0; n < length; n++) {
      const code = value.charCodeAt(n)
      if (code > 0x7f) {
        this.used = at
        return false
      }
      this.buffer[at + 1 + n] = code
    }
    return true
  }

  hex(value: string, bytes: number): void {
    const at = this.take(bytes)
    this.buffer.fill(0, at, at + bytes)
    this.buffer.write(value, at, bytes, 'hex')
  }

  /** What was written elsewhere. */
  raw(bytes: Uint8Array): void {
    this.copy(bytes, 0, bytes.length)
  }

  /** Bytes of another buffer. */
  copy(from: Uint8Array, start: number, size: number): void {
    const at = this.take(size)
    const { buffer } = this
    if (size > SHORT_COPY) buffer.set(from.subarray(start, start + size), at)
    else for (let n = 0; n < size; n++) buffer[at + n] = from[start + n]!
  }

  /** A copy: the next row is written over it. */
  bytes(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.used))
  }

  /** Bytes from here to there, where they lie: good until something is written. */
  between(start: number, end: number): Buffer {
    return this.buffer.subarray(start, end)
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
}
