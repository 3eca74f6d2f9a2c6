/** Mapped spans as settling reads them, without storage between: what a payload becomes can be told from the payload alone. */
import { ROLE_NUMBER, ROLES, type Role, type SettleSpan, STATUS_NUMBER, type Status } from '@runlens/conventions'
import { formatValue, type TraceTape } from '@runlens/otlp'
import { type MappedSpans, TEXT_FIELDS, type TextField } from '../spans/mapped-spans.ts'

const ROLE_OF = new Map<number, Role>(ROLES.map((role) => [ROLE_NUMBER[role], role]))
const STATUS_OF = new Map(Object.entries(STATUS_NUMBER).map(([status, number]) => [number, status as Status | '']))

/** The spans of `tape` in their order, with what `mapped` says of them; all values whole. */
export function settleSpansOf(tape: TraceTape, mapped: MappedSpans, receivedAtMs: number): SettleSpan[] {
  return Array.from({ length: tape.spans.length }, (_, span) => spanOf(tape, mapped, span, receivedAtMs))
}

function spanOf(tape: TraceTape, mapped: MappedSpans, span: number, receivedAtMs: number): SettleSpan {
  const at = tape.spans.at
  const { service, ...texts } = textsOf(tape, mapped, span)
  const { input_key, output_key, error_stack, ...fields } = texts
  const attributes = attributesOf(tape, span)
  const input = attributes[input_key] ?? ''
  const output = attributes[output_key] ?? ''
  delete attributes[input_key]
  delete attributes[output_key]
  return {
    ...fields,
    trace_id: hex(tape, at.traceId[span]!, 16),
    span_id: hex(tape, at.spanId[span]!, 8),
    parent_span_id: hex(tape, at.parentSpanId[span]!, 8),
    name: tape.buffer.toString('utf8', Math.max(0, at.nameStart[span]!), Math.max(0, at.nameEnd[span]!)),
    kind: at.kind[span]!,
    started_at: time(tape, at.startTime[span]!),
    ended_at: time(tape, at.endTime[span]!),
    status_code: at.statusCode[span]!,
    service,
    role: ROLE_OF.get(mapped.role[span]!) ?? 'other',
    rule: mapped.rule[span]!,
    status: STATUS_OF.get(mapped.status[span]!) ?? '',
    status_explicit: mapped.statusExplicit[span]!,
    attempt: mapped.attempt[span]!,
    error_stack,
    rows_total: figure(mapped.rowsTotal[span]!),
    rows_returned: figure(mapped.rowsReturned[span]!),
    queued_at: mapped.queuedAt[span]! || null,
    expected_end_at: mapped.expectedEndAt[span]! || null,
    progress: figure(mapped.progress[span]!),
    links: linksOf(tape, span),
    input,
    output,
    attributes,
    marker: '',
    recorded_at: 0n,
    received_at_ms: receivedAtMs,
  }
}

function textsOf(tape: TraceTape, mapped: MappedSpans, span: number): Record<TextField, string> {
  const texts = {} as Record<TextField, string>
  for (const field of TEXT_FIELDS) texts[field] = mappedText(tape, mapped, field, span)
  return texts
}

/** The text of one field of a span. */
export function mappedText(tape: TraceTape, mapped: MappedSpans, field: TextField, span: number): string {
  const start = mapped.text[field].starts[span]!
  if (start >= 0) return tape.buffer.toString('utf8', start, mapped.text[field].ends[span]!)
  return start === -1 ? '' : Buffer.from(mapped.texts[-2 - start]!).toString()
}

function attributesOf(tape: TraceTape, span: number): Record<string, string> {
  // No prototype: `__proto__` is a key like any other.
  const attributes: Record<string, string> = Object.create(null)
  const first = tape.spans.at.attributes[span]!
  const { keyStart, keyEnd } = tape.attributes.at
  for (let row = first; row < first + tape.spans.at.attributeCount[span]!; row++) {
    attributes[tape.buffer.toString('utf8', keyStart[row]!, keyEnd[row]!)] = formatValue(tape, row).text
  }
  return attributes
}

function linksOf(tape: TraceTape, span: number): { trace_id: string; span_id: string }[] {
  const first = tape.spans.at.links[span]!
  return Array.from({ length: tape.spans.at.linkCount[span]! }, (_, i) => ({
    trace_id: hex(tape, tape.links.at.traceId[first + i]!, 16),
    span_id: hex(tape, tape.links.at.spanId[first + i]!, 8),
  }))
}

function hex(tape: TraceTape, start: number, length: number): string {
  return start < 0 ? '' : tape.buffer.toString('hex', start, start + length)
}

function time(tape: TraceTape, start: number): bigint {
  return start < 0 ? 0n : tape.buffer.readBigUInt64LE(start)
}

function figure(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
