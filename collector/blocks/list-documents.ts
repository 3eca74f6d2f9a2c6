/** Events and links of a span as one document each, column by column: `{"time":[…],"name":[…],…}`. */
import { NO_TEXT } from '@runlens/mapping'
import type { ByteBuffer } from './byte-buffer.ts'
import { type AttributeWriter, Document, type MemberName, memberName } from './document.ts'
import { writeHex, writeString, writeWhole } from './json-writer.ts'
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

/** Documents of a list that begins at `firsts[span]` and has `counts[span]` entries. */
function writeLists(
  document: Document,
  spans: number,
  firsts: Int32Array,
  counts: Int32Array,
  columns: readonly (readonly [name: MemberName, cell: Cell])[],
): void {
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

const textOf =
  ({ bytes, data }: DocumentInput, starts: Int32Array, ends: Int32Array): Cell =>
  (out, row) =>
    writeString(out, bytes, data, Math.max(0, starts[row]!), starts[row]! < 0 ? 0 : ends[row]!)
const numberOf =
  (numbers: Int32Array): Cell =>
  (out, row) =>
    writeWhole(out, numbers[row]! >>> 0)
const idOf =
  (bytes: Uint8Array, starts: Int32Array, width: number): Cell =>
  (out, row) =>
    writeHex(out, bytes, starts[row]!, width)

export class EventDocuments {
  readonly document = new Document()

  constructor(private readonly writer: AttributeWriter) {}

  prepare(input: DocumentInput): void {
    const { tape, data } = input
    const { writer } = this
    const { at } = tape.events
    writeLists(this.document, tape.spans.length, tape.spans.at.events, tape.spans.at.eventCount, [
      [TIME, (out, row) => out.utf8(at.time[row]! < 0 ? '0' : String(data.getBigInt64(at.time[row]!, true)))],
      [NAME, textOf(input, at.nameStart, at.nameEnd)],
      [ATTRIBUTES, (out, row) => writer.write(out, at, row)],
      [TYPES, (out, row) => writer.writeTypes(out, at, row)],
      [DROPPED, numberOf(at.dropped)],
    ])
  }
}

export class LinkDocuments {
  readonly document = new Document()

  constructor(private readonly writer: AttributeWriter) {}

  prepare(input: DocumentInput): void {
    const { tape, bytes } = input
    const { writer } = this
    const { at } = tape.links
    writeLists(this.document, tape.spans.length, tape.spans.at.links, tape.spans.at.linkCount, [
      [TRACE_ID, idOf(bytes, at.traceId, 16)],
      [SPAN_ID, idOf(bytes, at.spanId, 8)],
      [TRACE_STATE, textOf(input, at.traceStateStart, at.traceStateEnd)],
      [FLAGS, numberOf(at.flags)],
      [ATTRIBUTES, (out, row) => writer.write(out, at, row)],
      [TYPES, (out, row) => writer.writeTypes(out, at, row)],
      [DROPPED, numberOf(at.dropped)],
    ])
  }
}
