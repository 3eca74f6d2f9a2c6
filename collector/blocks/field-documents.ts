/** What spans say of themselves, each in its own way: ids, messages, figures, times. Most steps say nothing of it. */
import { TEXT_FIELDS } from '@runlens/mapping'
import type { TraceTape } from '@runlens/otlp'
import type { ByteBuffer } from './byte-buffer.ts'
import { Document, type MemberName, memberName } from './document.ts'
import { LABELS } from './label-documents.ts'
import { presentTexts, writeTexts } from './mapped-texts.ts'
import { writeDouble, writeFigure, writeText, writeTime } from './members.ts'
import type { DocumentInput } from './span-cells.ts'

/** `service` has a column of its own. */
const FIELDS = TEXT_FIELDS.filter((field) => field !== 'service' && !LABELS.includes(field))

const TRACE_STATE = memberName('trace_state')
const STATUS_MESSAGE = memberName('status_message')
const ROWS_TOTAL = memberName('rows_total')
const ROWS_RETURNED = memberName('rows_returned')
const PROGRESS = memberName('progress')
const QUEUED_AT = memberName('queued_at')
const EXPECTED_END_AT = memberName('expected_end_at')
const RECORDED_AT = memberName('recorded_at')

/** Writes what one row says of one field. */
type Member = (row: number) => void

export class FieldDocuments {
  readonly document: Document

  constructor(out?: ByteBuffer) {
    this.document = new Document(out)
  }

  prepare(input: DocumentInput): void {
    const { document } = this
    const { length } = input.tape.spans
    const texts = presentTexts(FIELDS, input)
    const others = this.presentMembers(input)
    document.clear(length)
    const placed = texts.length > 0 && (input.columns?.placeTexts(length, texts, input) ?? false)
    for (let row = 0; row < length; row++) {
      document.begin(row)
      writeTexts(document, texts, input, row, placed)
      for (let i = 0; i < others.length; i++) others[i]!(row)
      document.end(row)
    }
  }

  /** Those that any span of the request has: most requests have one or none. */
  private presentMembers(input: DocumentInput): Member[] {
    const { document } = this
    const { mapped, tape } = input
    const { at } = tape.spans
    const members: Member[] = []
    if (isAnyText(at.traceStateStart, at.traceStateEnd, mapped.length)) {
      members.push(textOf(document, TRACE_STATE, input, at.traceStateStart, at.traceStateEnd))
    }
    if (isAnyText(at.statusMessageStart, at.statusMessageEnd, mapped.length)) {
      members.push(textOf(document, STATUS_MESSAGE, input, at.statusMessageStart, at.statusMessageEnd))
    }
    const { rowsTotal, rowsReturned, progress, queuedAt, expectedEndAt } = mapped
    if (isAnyFigure(rowsTotal, mapped.length)) members.push((row) => writeFigure(document, ROWS_TOTAL, rowsTotal[row]!))
    if (isAnyFigure(rowsReturned, mapped.length))
      members.push((row) => writeFigure(document, ROWS_RETURNED, rowsReturned[row]!))
    if (isAnyFigure(progress, mapped.length)) members.push((row) => writeDouble(document, PROGRESS, progress[row]!))
    if (isAnyTime(queuedAt, mapped.length)) members.push((row) => writeTime(document, QUEUED_AT, queuedAt[row]!))
    if (isAnyTime(expectedEndAt, mapped.length))
      members.push((row) => writeTime(document, EXPECTED_END_AT, expectedEndAt[row]!))
    const { markers } = input
    if (markers) members.push((row) => writeTime(document, RECORDED_AT, markers.recordedAt[row]!))
    return members
  }
}

function textOf(
  document: Document,
  name: MemberName,
  { bytes, data }: DocumentInput,
  starts: TraceTape['spans']['at']['traceStateStart'],
  ends: TraceTape['spans']['at']['traceStateEnd'],
): Member {
  return (row) => writeText(document, name, bytes, data, starts[row]!, ends[row]!)
}

function isAnyText(starts: Int32Array, ends: Int32Array, length: number): boolean {
  for (let row = 0; row < length; row++) if (starts[row]! >= 0 && ends[row]! > starts[row]!) return true
  return false
}

function isAnyFigure(figures: Float64Array, length: number): boolean {
  for (let row = 0; row < length; row++) if (!Number.isNaN(figures[row]!)) return true
  return false
}

/** In halves: a BigInt would be made for each. */
function isAnyTime(times: BigInt64Array, length: number): boolean {
  const halves = new Int32Array(times.buffer, times.byteOffset, length * 2)
  for (let half = 0; half < halves.length; half++) if (halves[half] !== 0) return true
  return false
}
