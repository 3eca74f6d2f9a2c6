/** Values of the attributes of each span or log record as one JSON array of texts; their keys are a label, which many share. */
import { NO_TEXT } from '@runlens/mapping'
import type { AttributeInput, Document } from './document.ts'
import { putString, stringBytesMax } from './json-writer.ts'
import type { AttributeOwners } from './sources.ts'

const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c

/** The rows of `document`. It is the largest column, so everything is at hand in local variables. */
export function writeValueLists(
  document: Document,
  { at: owners, length }: AttributeOwners,
  { bytes, data, values }: AttributeInput,
): void {
  const { starts, ends, formatted } = values
  const { out } = document
  document.clear(length)
  for (let row = 0; row < length; row++) {
    const first = owners.attributes[row]!
    const end = first + owners.attributeCount[row]!
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
