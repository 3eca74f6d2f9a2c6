/** What spans say of themselves, each in its own way: ids, messages, figures, times. Most steps say nothing of it. */
import { TEXT_FIELDS, type TextColumn } from '@runlens/mapping'
import type { ByteBuffer } from './byte-buffer.ts'
import { Document, type MemberName, memberName } from './document.ts'
import { LABELS } from './label-documents.ts'
import { presentTexts, writeTexts } from './mapped-texts.ts'
import { writeDouble, writeFigure, writeTime } from './members.ts'
import type { NamedFigures, NamedTexts } from './sources.ts'
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

/** Which spans of the request have it, and who writes what one row says of it. */
interface Member {
  /** Sets the rows that have it; gives whether any does. */
  mark: (rows: Uint8Array) => boolean
  write: (row: number) => void
}

export class FieldDocuments {
  readonly document: Document
  private input!: DocumentInput
  /** By row: whether it has any of {@link members} or {@link figures}. */
  private marked = new Uint8Array(64)
  /** Those of {@link figuresOf}. */
  private readonly figures = this.figureMembers()
  private readonly members = this.membersOf()

  /** @param places of its documents */
  constructor(out?: ByteBuffer, places?: TextColumn) {
    this.document = new Document(out, places)
  }

  prepare(input: DocumentInput): void {
    this.input = input
    const { document } = this
    const { length } = input.tape.spans
    const texts = [...presentTexts(FIELDS, input), ...presentTextsOfSpans(input)]
    const marked = this.unmarked(length)
    // Most requests have one or none, and most rows of them have nothing there.
    const others = this.members.filter(({ mark }) => mark(marked))
    document.clear(length)
    const placed = input.columns?.placeTexts(length, texts, input) ?? false
    if (placed && others.length === 0 && input.columns?.documents(document, length, figuresOf(input))) return
    this.write(texts, placed, marked, others)
  }

  private write(texts: readonly NamedTexts[], placed: boolean, marked: Uint8Array, members: readonly Member[]): void {
    const { document, input } = this
    const figures = this.figures.filter(({ mark }) => mark(marked))
    const others = [...figures, ...members]
    document.clear(marked.length)
    for (let row = 0; row < marked.length; row++) {
      document.begin(row)
      writeTexts(document, texts, input, row, placed)
      if (marked[row] === 1) for (let i = 0; i < others.length; i++) others[i]!.write(row)
      document.end(row)
    }
  }

  private unmarked(length: number): Uint8Array {
    if (length > this.marked.length) this.marked = new Uint8Array(length * 2)
    return this.marked.subarray(0, length).fill(0)
  }

  private figureMembers(): readonly Member[] {
    const mapped = () => this.input.mapped
    return [
      this.figureMember(ROWS_TOTAL, () => mapped().rowsTotal, writeFigure),
      this.figureMember(ROWS_RETURNED, () => mapped().rowsReturned, writeFigure),
    ]
  }

  /** Once: what V8 compiled of a function is forgotten with the last one of them, and functions of a request soon are. */
  private membersOf(): readonly Member[] {
    const mapped = () => this.input.mapped
    return [
      this.figureMember(PROGRESS, () => mapped().progress, writeDouble),
      this.timeMember(QUEUED_AT, () => mapped().queuedAt),
      this.timeMember(EXPECTED_END_AT, () => mapped().expectedEndAt),
      {
        mark: (rows) => {
          if (this.input.markers !== undefined) rows.fill(1)
          return this.input.markers !== undefined
        },
        write: (row) => writeTime(this.document, RECORDED_AT, this.input.markers!.recordedAt[row]!),
      },
    ]
  }

  private figureMember(name: MemberName, figures: () => Float64Array, write: typeof writeFigure): Member {
    return {
      mark: (rows) => markFigures(figures(), rows),
      write: (row) => write(this.document, name, figures()[row]!),
    }
  }

  private timeMember(name: MemberName, times: () => BigInt64Array): Member {
    return {
      mark: (rows) => markTimes(times(), rows),
      write: (row) => writeTime(this.document, name, times()[row]!),
    }
  }
}

/** Counts: the first of all members behind the texts. */
function figuresOf({ mapped }: DocumentInput): NamedFigures[] {
  return [
    { name: ROWS_TOTAL, values: mapped.rowsTotal },
    { name: ROWS_RETURNED, values: mapped.rowsReturned },
  ]
}

/** Texts that spans have beside their attributes. */
function presentTextsOfSpans({ tape: { spans } }: DocumentInput): NamedTexts[] {
  const { traceStateStart, traceStateEnd, statusMessageStart, statusMessageEnd } = spans.at
  const texts = [
    { name: TRACE_STATE, starts: traceStateStart, ends: traceStateEnd },
    { name: STATUS_MESSAGE, starts: statusMessageStart, ends: statusMessageEnd },
  ]
  return texts.filter(({ starts, ends }) => isAnyText(starts, ends, spans.length))
}

function isAnyText(starts: Int32Array, ends: Int32Array, length: number): boolean {
  for (let row = 0; row < length; row++) if (starts[row]! >= 0 && ends[row]! > starts[row]!) return true
  return false
}

function markFigures(figures: Float64Array, rows: Uint8Array): boolean {
  let isAny = false
  for (let row = 0; row < rows.length; row++) {
    if (Number.isNaN(figures[row]!)) continue
    rows[row] = 1
    isAny = true
  }
  return isAny
}

/** In halves: a BigInt would be made for each. */
function markTimes(times: BigInt64Array, rows: Uint8Array): boolean {
  const halves = new Int32Array(times.buffer, times.byteOffset, rows.length * 2)
  let isAny = false
  for (let row = 0; row < rows.length; row++) {
    if (halves[row * 2] === 0 && halves[row * 2 + 1] === 0) continue
    rows[row] = 1
    isAny = true
  }
  return isAny
}
