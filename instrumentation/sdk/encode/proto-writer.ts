/**
 * Appends protobuf fields to a buffer that grows and is used again: no object per field, no second pass for lengths.
 * Hot: every span goes through it when it ends. A nested message gets one byte for its length and is moved when that is not enough.
 */
import { Buffer } from 'node:buffer'

/** Texts up to here are copied by a loop; longer ones by the runtime, which costs about 100 ns to call. */
const LOOP_CHARS_MAX = 48
const TWO_POW_32 = 4_294_967_296

interface Repeated {
  text: string
  /** With their length. */
  bytes: Uint8Array
}

export class ProtoWriter {
  length = 0
  private buffer: Buffer
  private readonly last: readonly [Repeated, Repeated] = [
    { text: '', bytes: new Uint8Array(0) },
    { text: '', bytes: new Uint8Array(0) },
  ]

  /** @param bytes that it starts with */
  constructor(bytes = 16_384) {
    this.buffer = Buffer.allocUnsafeSlow(bytes)
  }

  /** What was written, in the writer's own memory: copy it before something else is written. */
  written(): Buffer {
    return this.buffer.subarray(0, this.length)
  }

  /** Bytes of its memory. */
  get capacity(): number {
    return this.buffer.length
  }

  /** Takes back everything written after `length`. */
  truncate(length: number): void {
    this.length = length
  }

  /** Makes room for that many more bytes. */
  reserve(bytes: number): void {
    const wanted = this.length + bytes
    if (wanted <= this.buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, this.buffer.length * 2))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }

  /** A field's tag, for field numbers below 16. */
  tag(field: number, wireType: number): void {
    this.reserve(1)
    this.buffer[this.length++] = (field << 3) | wireType
  }

  /** A whole number from 0 to 2^53. */
  varint(value: number): void {
    this.reserve(8)
    const { buffer } = this
    if (value < 0x80) {
      buffer[this.length++] = value
      return
    }
    let rest = value
    while (rest >= 0x80) {
      buffer[this.length++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    buffer[this.length++] = rest
  }

  /** A whole number of either sign, as `int64`. */
  int64(value: number): void {
    if (value >= 0) this.varint(value)
    else this.bigint(BigInt(value))
  }

  /** As `int64`, beyond 2^53. */
  bigint(value: bigint): void {
    this.reserve(10)
    let rest = BigInt.asUintN(64, value)
    while (rest >= 128n) {
      this.buffer[this.length++] = Number(rest & 127n) | 0x80
      rest >>= 7n
    }
    this.buffer[this.length++] = Number(rest)
  }

  double(value: number): void {
    this.reserve(8)
    this.length = this.buffer.writeDoubleLE(value, this.length)
  }

  /** Seconds and nanoseconds as one `fixed64` of nanoseconds, exact beyond 2^53. */
  fixed64Nanos(seconds: number, nanos: number): void {
    const high16 = Math.floor(seconds / 65_536) * 1e9
    const low = (seconds % 65_536) * 1e9 + nanos
    const lowWord = (high16 % 65_536) * 65_536 + (low % TWO_POW_32)
    const highWord = Math.floor(high16 / 65_536) + Math.floor(low / TWO_POW_32) + Math.floor(lowWord / TWO_POW_32)
    this.reserve(8)
    this.fixed32At(this.length, lowWord % TWO_POW_32)
    this.fixed32At(this.length + 4, highWord % TWO_POW_32)
    this.length += 8
  }

  fixed32(value: number): void {
    this.reserve(4)
    this.fixed32At(this.length, value)
    this.length += 4
  }

  /** Hexadecimal digits as a bytes field's content with its length. */
  hex(text: string): void {
    const bytes = text.length >> 1
    this.reserve(bytes + 1)
    const { buffer } = this
    let to = this.length
    buffer[to++] = bytes
    for (let at = 0; at < text.length; at += 2) {
      buffer[to++] = (digit(text.charCodeAt(at)) << 4) | digit(text.charCodeAt(at + 1))
    }
    this.length = to
  }

  /**
   * As `hex`, for a text that mostly is the one of the call before: the trace id and the parent of spans that end one after another.
   * @param slot keeps the two apart
   */
  repeatedHex(text: string, slot: 0 | 1): void {
    const last = this.last[slot]
    if (text === last.text) {
      this.raw(last.bytes)
      return
    }
    const begin = this.length
    this.hex(text)
    last.text = text
    last.bytes = Uint8Array.from(this.buffer.subarray(begin, this.length))
  }

  /** A text's length and its UTF-8. */
  text(text: string): void {
    const chars = text.length
    if (chars > LOOP_CHARS_MAX || !this.shortAscii(text)) this.longText(text)
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length)
    this.reserve(value.length)
    this.buffer.set(value, this.length)
    this.length += value.length
  }

  /** Bytes that are fields already. */
  raw(value: Uint8Array): void {
    const bytes = value.length
    this.reserve(bytes)
    if (bytes > LOOP_CHARS_MAX) this.buffer.set(value, this.length)
    else this.copy(value)
    this.length += bytes
  }

  /** A loop: for a few bytes the runtime's copy costs more to call. */
  private copy(value: Uint8Array): void {
    const { buffer, length } = this
    for (let at = 0; at < value.length; at++) buffer[length + at] = value[at]!
  }

  /** Opens a nested message; hand what it returns to `close`. */
  open(field: number): number {
    this.reserve(2)
    this.buffer[this.length] = (field << 3) | 2
    this.length += 2
    return this.length
  }

  close(begin: number): void {
    const bytes = this.length - begin
    if (bytes < 0x80) this.buffer[begin - 1] = bytes
    else this.closeLong(begin, bytes)
  }

  private closeLong(begin: number, bytes: number): void {
    const extra = bytes < 0x4000 ? 1 : bytes < 0x20_0000 ? 2 : bytes < 0x1000_0000 ? 3 : 4
    this.reserve(extra)
    this.buffer.copyWithin(begin + extra, begin, this.length)
    const end = this.length + extra
    this.length = begin - 1
    this.varint(bytes)
    this.length = end
  }

  private shortAscii(text: string): boolean {
    const chars = text.length
    this.reserve(chars + 1)
    const { buffer } = this
    const begin = this.length
    for (let at = 0; at < chars; at++) {
      const code = text.charCodeAt(at)
      if (code > 0x7f) return false
      buffer[begin + 1 + at] = code
    }
    buffer[begin] = chars
    this.length = begin + 1 + chars
    return true
  }

  private longText(text: string): void {
    const bytes = Buffer.byteLength(text, 'utf8')
    this.varint(bytes)
    this.reserve(bytes)
    this.length += this.buffer.write(text, this.length, bytes, 'utf8')
  }

  private fixed32At(at: number, value: number): void {
    const { buffer } = this
    buffer[at] = value & 0xff
    buffer[at + 1] = (value >>> 8) & 0xff
    buffer[at + 2] = (value >>> 16) & 0xff
    buffer[at + 3] = (value >>> 24) & 0xff
  }
}

/** The value of a hexadecimal digit of either case by its character code. */
function digit(code: number): number {
  return (code & 15) + (code >> 6) * 9
}
