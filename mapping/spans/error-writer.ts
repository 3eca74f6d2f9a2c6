/** Writes a span's error columns and refines its status by what the error says. */
import { STATUS_NUMBER } from '@runlens/conventions'
import type { TraceTape } from '@runlens/otlp'
import type { AttributeScan } from './attribute-scan.ts'
import { FIELD } from './compile.ts'
import type { MappedColumns } from './mapped-columns.ts'
import { NO_TEXT } from './mapped-spans.ts'
import { numberOf, textOf } from './scalar-values.ts'
import {
  type ErrorParts,
  errorMeaning,
  isText,
  lastExceptionEvent,
  leadingTypeLength,
  searchText,
  splitMessage,
} from './span-error.ts'
import type { ExplicitStatus } from './span-status.ts'

export class ErrorWriter {
  private readonly out: MappedColumns
  private readonly parts: ErrorParts = { messageStart: -1, messageEnd: -1, restStart: -1, restEnd: -1 }

  constructor(out: MappedColumns) {
    this.out = out
  }

  /**
   * @param status what the span's words or OTLP status say
   * @returns the status after `timeout`, `cancelled` and interrupts were recognised
   */
  write(
    tape: TraceTape,
    span: number,
    scan: AttributeScan,
    status: number,
    explicit: Readonly<ExplicitStatus>,
  ): number {
    const type = scan.at[FIELD.error_type]!
    if (status < STATUS_NUMBER.failed) {
      if (isText(tape, type)) this.putRow(tape, span, 'error_type', type)
      return status
    }
    const event = lastExceptionEvent(tape, span)
    if (event >= 0) scan.scan(tape, tape.events.at.attributes[event]!, tape.events.at.attributeCount[event]!)
    this.writeMessage(tape, span, scan)
    this.writeType(tape, span, scan)
    return this.refine(tape, span, scan, status, explicit)
  }

  private putRow(tape: TraceTape, span: number, field: 'error_type' | 'error_stack', row: number): void {
    const { valueStart, valueEnd } = tape.attributes.at
    this.put(span, field, valueStart[row]!, valueEnd[row]!)
  }

  private put(span: number, field: 'error_type' | 'error_message' | 'error_stack', start: number, end: number): void {
    if (start >= 0 && start >= end) return
    this.out.text[field].starts[span] = start
    this.out.text[field].ends[span] = end
  }

  private writeMessage(tape: TraceTape, span: number, scan: AttributeScan): void {
    const { parts } = this
    const row = scan.at[FIELD.error_message]!
    const stack = scan.at[FIELD.error_stack]!
    parts.messageStart = -1
    parts.messageEnd = -1
    parts.restStart = -1
    if (isText(tape, row)) {
      splitMessage(tape.buffer, tape.attributes.at.valueStart[row]!, tape.attributes.at.valueEnd[row]!, parts)
    } else if (tape.spans.at.statusMessageStart[span]! >= 0) {
      splitMessage(tape.buffer, tape.spans.at.statusMessageStart[span]!, tape.spans.at.statusMessageEnd[span]!, parts)
    }
    if (parts.messageStart >= 0) this.put(span, 'error_message', parts.messageStart, parts.messageEnd)
    if (isText(tape, stack)) this.putRow(tape, span, 'error_stack', stack)
    else if (parts.restStart >= 0) this.put(span, 'error_stack', parts.restStart, parts.restEnd)
  }

  private writeType(tape: TraceTape, span: number, scan: AttributeScan): void {
    const row = scan.at[FIELD.error_type]!
    if (isText(tape, row)) {
      this.putRow(tape, span, 'error_type', row)
      return
    }
    for (const field of ['error_message', 'error_stack'] as const) {
      const start = this.out.text[field].starts[span]!
      if (start < 0) continue
      const length = leadingTypeLength(tape.buffer, start, this.out.text[field].ends[span]!)
      if (length > 0) {
        this.put(span, 'error_type', start, start + length)
        return
      }
    }
  }

  private refine(
    tape: TraceTape,
    span: number,
    scan: AttributeScan,
    status: number,
    explicit: Readonly<ExplicitStatus>,
  ): number {
    const failed = status === STATUS_NUMBER.failed && !explicit.final
    if (status !== STATUS_NUMBER.error && !failed) return status
    const { error_type: type, error_message: message } = this.out.text
    const codeRow = scan.at[FIELD.response_status_code]!
    const meaning = errorMeaning(
      searchText(tape.buffer, type.starts[span]!, type.ends[span]!),
      codeRow < 0 ? '' : (textOf(tape, codeRow) ?? ''),
      searchText(tape.buffer, message.starts[span]!, message.ends[span]!),
      numberOf(tape, scan.at[FIELD.grpc_status]!),
    )
    if (meaning === 'timeout') return STATUS_NUMBER.timeout
    if (meaning === undefined || explicit.status !== 0) return status
    if (meaning === 'cancelled') return STATUS_NUMBER.cancelled
    for (const field of ['error_type', 'error_message', 'error_stack'] as const) this.put(span, field, NO_TEXT, 0)
    return STATUS_NUMBER.waiting
  }
}
