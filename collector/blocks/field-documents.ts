/** What spans say of themselves, each in its own way: ids, messages, figures, times. Most steps say nothing of it. */
import { TEXT_FIELDS } from '@runlens/mapping'
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

/** Whether any span of the request has it, and who writes what one row says of it. */
interface Member {
  isPresent: () => boolean
  write: (row: number) => void
}

export class FieldDocuments {
  readonly document: Document
  private input!: DocumentInput
  private readonly members = this.membersOf()

  constructor(out?: ByteBuffer) {
    this.document = new Document(out)
  }

  prepare(input: DocumentInput): void {
    this.input = input
    const { document } = this
    const { length } = input.tape.spans
    const texts = presentTexts(FIELDS, input)
    // Most requests have one or none.
    const others = this.members.filter(({ isPresent }) => isPresent())
    document.clear(length)
    const placed = texts.length > 0 && (input.columns?.placeTexts(length, texts, input) ?? false)
    for (let row = 0; row < length; row++) {
      document.begin(row)
      writeTexts(document, texts, input, row, placed)
      for (let i = 0; i < others.length; i++) others[i]!.write(row)
      document.end(row)
    }
  }

  /** Once: what V8 compiled of a function is forgotten with the last one of them, and functions of a request soon are. */
  private membersOf(): readonly Member[] {
    const mapped = () => this.input.mapped
    const at = () => this.input.tape.spans.at
    return [
      this.textMember(
        TRACE_STATE,
        () => at().traceStateStart,
        () => at().traceStateEnd,
      ),
      this.textMember(
        STATUS_MESSAGE,
        () => at().statusMessageStart,
        () => at().statusMessageEnd,
      ),
      this.figureMember(ROWS_TOTAL, () => mapped().rowsTotal, writeFigure),
      this.figureMember(ROWS_RETURNED, () => mapped().rowsReturned, writeFigure),
      this.figureMember(PROGRESS, () => mapped().progress, writeDouble),
      this.timeMember(QUEUED_AT, () => mapped().queuedAt),
      this.timeMember(EXPECTED_END_AT, () => mapped().expectedEndAt),
      {
        isPresent: () => this.input.markers !== undefined,
        write: (row) => writeTime(this.document, RECORDED_AT, this.input.markers!.recordedAt[row]!),
      },
    ]
  }

  private textMember(name: MemberName, starts: () => Int32Array, ends: () => Int32Array): Member {
    return {
      isPresent: () => isAnyText(starts(), ends(), this.input.mapped.length),
      write: (row) => writeText(this.document, name, this.input.bytes, this.input.data, starts()[row]!, ends()[row]!),
    }
  }

  private figureMember(name: MemberName, figures: () => Float64Array, write: typeof writeFigure): Member {
    return {
      isPresent: () => isAnyFigure(figures(), this.input.mapped.length),
      write: (row) => write(this.document, name, figures()[row]!),
    }
  }

  private timeMember(name: MemberName, times: () => BigInt64Array): Member {
    return {
      isPresent: () => isAnyTime(times(), this.input.mapped.length),
      write: (row) => writeTime(this.document, name, times()[row]!),
    }
  }
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
