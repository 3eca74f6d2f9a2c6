/** Values of each span's attributes as one JSON array of texts; their keys are a label, which many spans share. */
import { NO_TEXT } from '@runlens/mapping'
import type { Document, DocumentInput } from './document.ts'
import { putString, stringBytesMax } from './json-writer.ts'

const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c

/** The rows of `document`. It is the largest column, so everything is at hand in local variables. */
export function writeValueLists(document: Document, { tape, bytes, data, values }: DocumentInput): void {
  const { at: spans, length } = tape.spans
  const { starts, ends, formatted } = values
  const { out } = document
  document.clear(length)
  for (let row = 0; row < length; row++) {
    const first = spans.attributes[row]!
    const end = first + spans.attributeCount[row]!
    document.starts[row] = end > first ? out.length : NO_TEXT
    if (end === first) continue
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
    document.ends[row] = out.length
  }
}
