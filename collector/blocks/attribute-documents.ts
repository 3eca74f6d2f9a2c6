/**
 * Attributes as one JSON text, `{"key":"value"}`, the values as they are stored elsewhere. Resources are stored like that: every span of a
 * request repeats its resource, and one entry of a dictionary is less work, for us and for ClickHouse, than a map in each row.
 */
import { NO_TEXT } from '@runlens/mapping'
import type { TraceTape } from '@runlens/otlp'
import type { AttributeValues } from './attribute-values.ts'
import { ByteBuffer, plain } from './byte-buffer.ts'
import type { AttributeRange } from './sources.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const FIRST_PRINTABLE = 0x20
/** A byte at most, as `\u001f`. */
const ESCAPED_BYTES_MAX = 6
const HEX = Buffer.from('0123456789abcdef')

export class AttributeDocuments {
  /** `[start, end)` of `out` by row; {@link NO_TEXT} for a row without attributes. */
  starts = new Int32Array(16)
  ends = new Int32Array(16)
  readonly out = new ByteBuffer(4096)

  /** @param rows how many rows `range` has */
  prepare(tape: TraceTape, values: AttributeValues, range: AttributeRange, rows: number): void {
    if (rows > this.starts.length) {
      this.starts = new Int32Array(rows * 2)
      this.ends = new Int32Array(rows * 2)
    }
    const { out, starts, ends } = this
    out.clear()
    for (let row = 0; row < rows; row++) {
      const first = range.attributes[row]!
      const count = range.attributeCount[row]!
      starts[row] = count === 0 ? NO_TEXT : out.length
      if (count > 0) this.write(tape, values, first, first + count)
      ends[row] = out.length
    }
  }

  private write(tape: TraceTape, values: AttributeValues, first: number, end: number): void {
    const { out } = this
    const { keys } = tape
    const { key } = tape.attributes.at
    const buffer = plain(tape.buffer)
    out.byte(0x7b)
    for (let pair = first; pair < end; pair++) {
      if (pair > first) out.byte(COMMA)
      const number = key[pair]!
      writeString(out, buffer, keys.starts[number]!, keys.ends[number]!)
      out.byte(COLON)
      const start = values.starts[pair]!
      if (start >= 0) writeString(out, buffer, start, values.ends[pair]!)
      else writeString(out, values.formatted.bytes, -1 - start, values.ends[pair]!)
    }
    out.byte(0x7d)
  }
}

/** A JSON string of UTF-8 bytes (RFC 8259, section 7). */
function writeString(out: ByteBuffer, source: Uint8Array, start: number, end: number): void {
  out.ensure((end - start) * ESCAPED_BYTES_MAX + 2)
  const { bytes } = out
  let at = out.length
  bytes[at++] = QUOTE
  for (let from = start; from < end; from++) {
    const byte = source[from]!
    if (byte < FIRST_PRINTABLE) {
      // \u00xx
      bytes[at++] = BACKSLASH
      bytes[at++] = 0x75
      bytes[at++] = HEX[0]!
      bytes[at++] = HEX[0]!
      bytes[at++] = HEX[byte >> 4]!
      bytes[at++] = HEX[byte & 15]!
    } else {
      if (byte === QUOTE || byte === BACKSLASH) bytes[at++] = BACKSLASH
      bytes[at++] = byte
    }
  }
  bytes[at++] = QUOTE
  out.length = at
}
