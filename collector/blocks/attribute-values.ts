/**
 * Every attribute value of a tape as text to store, as references: strings stay where the request holds them, all other
 * types are formatted once, however many rows repeat them (a resource's attributes are stored with each of its spans).
 */
import { VALUE_TYPES } from '@runlens/conventions'
import { ANY, formatValue, type Tape } from '@runlens/otlp'
import { ByteBuffer } from './byte-buffer.ts'

const CODE = {
  string: VALUE_TYPES.string.charCodeAt(0),
  bool: VALUE_TYPES.bool.charCodeAt(0),
  int: VALUE_TYPES.int.charCodeAt(0),
}
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')

/** Bytes of a varint that the fast path takes: values below 2^28. */
const SMALL_VARINT_BYTES = 4

export class AttributeValues {
  /** One `VALUE_TYPES` code per attribute of the tape. */
  codes = new Uint8Array(16_384)
  /** `[start, end)` of the tape's buffer; below 0: `[-1 - start, end)` of `formatted`. */
  starts = new Int32Array(16_384)
  ends = new Int32Array(16_384)
  readonly formatted: ByteBuffer

  constructor(formatted = new ByteBuffer()) {
    this.formatted = formatted
  }

  /** Fills the columns for all attributes of `tape`. */
  prepare(tape: Tape): void {
    const { length, at } = tape.attributes
    if (length > this.codes.length) this.grow(tape.attributes.capacity)
    this.formatted.clear()
    const { codes, starts, ends } = this
    for (let i = 0; i < length; i++) {
      if (at.type[i] === ANY.string) {
        codes[i] = CODE.string
        starts[i] = at.valueStart[i]!
        ends[i] = at.valueEnd[i]!
      } else this.format(tape, i)
    }
  }

  private grow(capacity: number): void {
    this.codes = new Uint8Array(capacity)
    this.starts = new Int32Array(capacity)
    this.ends = new Int32Array(capacity)
  }

  /** One that is no string. */
  protected format(tape: Tape, i: number): void {
    const { formatted } = this
    const { at } = tape.attributes
    const before = formatted.length
    const start = at.valueStart[i]!
    const end = at.valueEnd[i]!
    if (at.type[i] === ANY.bool && end - start === 1) {
      this.codes[i] = CODE.bool
      const word = tape.buffer[start] === 0 ? FALSE : TRUE
      formatted.copy(word, 0, word.length)
    } else if (at.type[i] === ANY.int && end - start <= SMALL_VARINT_BYTES) {
      this.codes[i] = CODE.int
      appendDecimal(formatted, smallVarint(tape.buffer, start, end))
    } else {
      const value = formatValue(tape, i)
      this.codes[i] = value.code.charCodeAt(0)
      formatted.utf8(value.text)
    }
    this.starts[i] = -1 - before
    this.ends[i] = formatted.length
  }
}

function smallVarint(buffer: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let at = end - 1; at >= start; at--) value = (value << 7) | (buffer[at]! & 127)
  return value
}

function appendDecimal(out: ByteBuffer, value: number): void {
  let digits = 1
  for (let bound = 10; bound <= value; bound *= 10) digits++
  out.ensure(digits)
  let rest = value
  for (let at = out.length + digits - 1; at >= out.length; at--) {
    out.bytes[at] = 48 + (rest % 10)
    rest = (rest / 10) | 0
  }
  out.length += digits
}
