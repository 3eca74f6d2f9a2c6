/** Events and links of a span as one document each, column by column: `{"time":[…],"name":[…],…}`. */
import { NO_TEXT } from '@runlens/mapping'
import type { ByteBuffer } from './byte-buffer.ts'
import { type AttributeWriter, Document, type MemberName, memberName } from './document.ts'
import { writeHex, writeString, writeUint64, writeWhole } from './json-writer.ts'
import type { DocumentInput } from './span-cells.ts'

const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c

const TIME = memberName('time')
const NAME = memberName('name')
const ATTRIBUTES = memberName('attributes')
const TYPES = memberName('attribute_types')
const DROPPED = memberName('dropped_attributes_count')
const TRACE_ID = memberName('trace_id')
const SPAN_ID = memberName('span_id')
const TRACE_STATE = memberName('trace_state')
const FLAGS = memberName('flags')

/** Writes the cell of one event or link. */
type Cell = (out: ByteBuffer, row: number) => void
type Columns = readonly (readonly [name: MemberName, cell: Cell])[]

/** Documents of a list that begins at `firsts[span]` and has `counts[span]` entries. */
function writeLists(document: Document, spans: number, firsts: Int32Array, counts: Int32Array, columns: Columns): void {
  document.clear(spans)
  for (let span = 0; span < spans; span++) {
    const count = counts[span]!
    if (count === 0) {
      document.starts[span] = NO_TEXT
      continue
    }
    document.begin(span)
    for (const [name, cell] of columns) {
      const out = document.member(name)
      out.byte(OPEN)
      for (let i = 0; i < count; i++) {
        if (i > 0) out.byte(COMMA)
        cell(out, firsts[span]! + i)
      }
      out.byte(CLOSE)
    }
    document.end(span)
  }
}

/** As {@link Cell}s of both kinds write a text; '' where there is none. */
function writeText(
  out: ByteBuffer,
  { bytes, data }: DocumentInput,
  starts: Int32Array,
  ends: Int32Array,
  row: number,
): void {
  const start = starts[row]!
  writeString(out, bytes, data, Math.max(0, start), start < 0 ? 0 : ends[row]!)
}

function writeNumber(out: ByteBuffer, numbers: Int32Array, row: number): void {
  writeWhole(out, numbers[row]! >>> 0)
}

/** Its cells are made once: what V8 compiled of a function is forgotten with the last one of them, and functions of a request soon are. */
export class EventDocuments {
  readonly document = new Document()
  private input!: DocumentInput
  private readonly columns: Columns

  constructor(writer: AttributeWriter) {
    const at = () => this.input.tape.events.at
    this.columns = [
      [TIME, (out, row) => this.writeTime(out, at().time[row]!)],
      [NAME, (out, row) => writeText(out, this.input, at().nameStart, at().nameEnd, row)],
      [ATTRIBUTES, (out, row) => writer.write(out, at(), row)],
      [TYPES, (out, row) => writer.writeTypes(out, at(), row)],
      [DROPPED, (out, row) => writeNumber(out, at().dropped, row)],
    ]
  }

  prepare(input: DocumentInput): void {
    this.input = input
    const { spans } = input.tape
    writeLists(this.document, spans.length, spans.at.events, spans.at.eventCount, this.columns)
  }

  private writeTime(out: ByteBuffer, start: number): void {
    const { data } = this.input
    const high = start < 0 ? 0 : data.getInt32(start + 4, true)
    if (high < 0) out.utf8(String(data.getBigInt64(start, true)))
    else writeUint64(out, start < 0 ? 0 : data.getInt32(start, true), high)
  }
}

/** Likewise. */
export class LinkDocuments {
  readonly document = new Document()
  private input!: DocumentInput
  private readonly columns: Columns

  constructor(writer: AttributeWriter) {
    const at = () => this.input.tape.links.at
    this.columns = [
      [TRACE_ID, (out, row) => writeHex(out, this.input.bytes, at().traceId[row]!, 16)],
      [SPAN_ID, (out, row) => writeHex(out, this.input.bytes, at().spanId[row]!, 8)],
      [TRACE_STATE, (out, row) => writeText(out, this.input, at().traceStateStart, at().traceStateEnd, row)],
      [FLAGS, (out, row) => writeNumber(out, at().flags, row)],
      [ATTRIBUTES, (out, row) => writer.write(out, at(), row)],
      [TYPES, (out, row) => writer.writeTypes(out, at(), row)],
      [DROPPED, (out, row) => writeNumber(out, at().dropped, row)],
    ]
  }

  prepare(input: DocumentInput): void {
    this.input = input
    const { spans } = input.tape
    writeLists(this.document, spans.length, spans.at.links, spans.at.linkCount, this.columns)
  }
}
