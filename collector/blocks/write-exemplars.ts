/** Exemplars of a data point as one object, column by column, as events of a span are: `{"time":[…],"value":[…],…}`. Few points have any. */
import { doubleText } from '@runlens/otlp'
import type { ByteBuffer } from './byte-buffer.ts'
import { type AttributeWriter, type MemberName, memberName } from './document.ts'
import { writeHex } from './json-writer.ts'
import type { MetricDocumentInput } from './metric-cells.ts'

const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c

type Cell = (out: ByteBuffer, input: MetricDocumentInput, row: number, writer: AttributeWriter) => void

const COLUMNS: readonly (readonly [name: MemberName, cell: Cell])[] = [
  [
    memberName('time'),
    (out, { tape, data }, row) => {
      const start = tape.exemplars.at.time[row]!
      out.utf8(start < 0 ? '0' : String(data.getBigInt64(start, true)))
    },
  ],
  [
    memberName('value'),
    (out, { tape, data }, row) => {
      const { value, isInt } = tape.exemplars.at
      out.utf8(`"${valueText(data, value[row]!, isInt[row]!)}"`)
    },
  ],
  [memberName('trace_id'), (out, { tape, bytes }, row) => writeHex(out, bytes, tape.exemplars.at.traceId[row]!, 16)],
  [memberName('span_id'), (out, { tape, bytes }, row) => writeHex(out, bytes, tape.exemplars.at.spanId[row]!, 8)],
  [memberName('attributes'), (out, { tape }, row, writer) => writer.write(out, tape.exemplars.at, row)],
  [memberName('attribute_types'), (out, { tape }, row, writer) => writer.writeTypes(out, tape.exemplars.at, row)],
]

/** @param first row of the tape's exemplars */
export function writeExemplars(
  out: ByteBuffer,
  writer: AttributeWriter,
  input: MetricDocumentInput,
  first: number,
  count: number,
): void {
  out.byte(OPEN_OBJECT)
  for (let column = 0; column < COLUMNS.length; column++) {
    const [name, cell] = COLUMNS[column]!
    if (column > 0) out.byte(COMMA)
    out.words(name.words, name.length)
    out.byte(OPEN)
    for (let row = first; row < first + count; row++) {
      if (row > first) out.byte(COMMA)
      cell(out, input, row, writer)
    }
    out.byte(CLOSE)
  }
  out.byte(CLOSE_OBJECT)
}

function valueText(data: DataView, start: number, isInt: number): string {
  if (start < 0) return ''
  return isInt === 1 ? String(data.getBigInt64(start, true)) : doubleText(data.getFloat64(start, true))
}
