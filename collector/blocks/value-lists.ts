/** Values of the attributes of each span or log record as one JSON array of texts; their keys are a label, which many share. */
import type { ByteBuffer } from './byte-buffer.ts'
import type { AttributeInput } from './document.ts'
import { putString, stringBytesMax } from './json-writer.ts'
import type { AttributeRange, RowNumbers } from './sources.ts'

const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c
/** Of an array of so many texts: brackets and commas, and the quotes around each. */
const BYTES_PER_TEXT = 3
const BYTES_PER_LIST = 1

/** A String row for each of `rows`, '' where there is no attribute. It is the largest column, so everything is at hand in local variables. */
export function writeValueLists(
  out: ByteBuffer,
  rows: RowNumbers,
  { attributes, attributeCount }: AttributeRange,
  { bytes, data, values }: AttributeInput,
): void {
  const { starts, ends, formatted } = values
  for (let i = 0; i < rows.length; i++) {
    const row = rows.at[i]!
    const first = attributes[row]!
    const end = first + attributeCount[row]!
    if (end === first) {
      out.byte(0)
      continue
    }
    let least = BYTES_PER_LIST
    for (let pair = first; pair < end; pair++) {
      const start = starts[pair]!
      least += BYTES_PER_TEXT + ends[pair]! - (start < 0 ? -1 - start : start)
    }
    // Its length goes first, and is known last: as if nothing needed an escape.
    const begun = out.length
    out.varint(least)
    const head = out.length - begun
    for (let pair = first; pair < end; pair++) {
      const start = starts[pair]!
      const isFormatted = start < 0
      const from = isFormatted ? -1 - start : start
      const to = ends[pair]!
      out.ensure(stringBytesMax(to - from) + 2)
      out.bytes[out.length] = pair === first ? OPEN : COMMA
      out.length = putString(
        out.bytes,
        out.data,
        out.length + 1,
        isFormatted ? formatted.bytes : bytes,
        isFormatted ? formatted.data : data,
        from,
        to,
      )
    }
    out.byte(CLOSE)
    if (out.length - begun - head !== least) out.correctLength(begun, head)
  }
}
