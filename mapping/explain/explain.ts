/**
 * Explains a payload: the collector's way from bytes to mapped spans and the worker's settling, both told to give their reasons. Nothing is
 * decided here.
 */
import { MARKER_NUMBER, type MarkerKind, type SettleSpan } from '@runlens/conventions'
import {
  describeRejections,
  type IndexOutcome,
  indexLogs,
  indexTraces,
  LogTape,
  type NotIndexed,
  type OtlpLimits,
  TraceTape,
} from '@runlens/otlp'
import { LogMarkers } from '../markers/log-markers.ts'
import type { MarkerSpans } from '../markers/marker-spans.ts'
import { SpanMarkers } from '../markers/span-markers.ts'
import type { SettleGrounds } from '../settle/execution.ts'
import { PROVISIONAL_AFTER_MS } from '../settle/provisional.ts'
import { settle } from '../settle/settle.ts'
import { settleSpansOf } from '../settle/spans-of-tape.ts'
import type { ProfileSet } from '../spans/profile.ts'
import { TapeMapper } from '../spans/span-mapper.ts'
import { placeOf, type SettledTrace } from './became.ts'
import { explainExecutions } from './execution-notes.ts'
import type { ExplainedMarker, ExplainedSpan, Explanation } from './explanation.ts'
import { nanosText } from './field-origins.ts'
import { type SpanNote, SpanNotes } from './span-notes.ts'

export interface ExplainOptions {
  roots: 'on' | 'off'
  profiles: ProfileSet
  limits: OtlpLimits
  /** How long a candidate waits for ancestors that have not arrived. */
  candidateTimeoutMs: number
  /** Cap of an execution's input and output. */
  payloadBytesMax: number
}

/** Export requests in protobuf; they are changed where a text is no UTF-8. */
export interface ExplainedPayload {
  traces?: Buffer
  logs?: Buffer
}

export type ExplainOutcome = { kind: 'explained'; explanation: Explanation } | NotIndexed

export interface Explainer {
  /** @param nowMs the clock, milliseconds since the epoch: times more than a day later are rejected */
  explain(payload: ExplainedPayload, nowMs: number): ExplainOutcome
}

/** Compiles the profiles once. */
export function createExplainer(options: ExplainOptions): Explainer {
  const mapper = new TapeMapper({ roots: options.roots, profiles: options.profiles })
  return { explain: (payload, nowMs) => new PayloadExplanation(mapper, options, nowMs).explain(payload) }
}

const MARKER_OF = new Map(Object.entries(MARKER_NUMBER).map(([kind, number]) => [number, kind as MarkerKind]))

class PayloadExplanation {
  private readonly notes: SpanNotes
  private readonly mapper
  private readonly rejected: string[] = []
  private readonly spans: SettleSpan[] = []
  private readonly told: ExplainedMarker[] = []
  /** What is told of spans, to be settled with them. */
  private readonly markers: SettleSpan[] = []
  private logRecords = 0

  constructor(
    mapper: TapeMapper,
    private readonly options: ExplainOptions,
    private readonly nowMs: number,
  ) {
    this.notes = new SpanNotes(mapper)
    this.mapper = { map: (tape: TraceTape) => mapper.map(tape, this.notes) }
  }

  explain({ traces, logs }: ExplainedPayload): ExplainOutcome {
    const fault = (traces && this.readTraces(traces)) ?? (logs && this.readLogs(logs))
    if (fault) return fault
    const spanNotes = this.notes.notes.slice(0, this.spans.length)
    const trace = this.settle()
    const { settled, grounds } = trace
    return {
      kind: 'explained',
      explanation: {
        spans: this.spans.map((span, i) => explainSpan(span, spanNotes[i]!, trace, i)),
        markers: this.told,
        executions: explainExecutions(settled.executions, grounds),
        log_records: this.logRecords,
        rejected: this.rejected,
      },
    }
  }

  private readTraces(body: Buffer): NotIndexed | undefined {
    const { limits } = this.options
    const tape = new TraceTape()
    const outcome = indexTraces(tape, body, limits, this.nowMs)
    if (outcome.kind !== 'indexed') return outcome
    this.noteRejected(outcome, 'spans')
    this.spans.push(...settleSpansOf(tape, this.mapper.map(tape), 0))
    const rows = Int32Array.from({ length: tape.spans.length }, (_, row) => row)
    new SpanMarkers(this.mapper, limits).read(tape, rows, this.nowMs, (markers) => this.take(markers, 'span'))
    return undefined
  }

  private readLogs(body: Buffer): NotIndexed | undefined {
    const { limits } = this.options
    const tape = new LogTape()
    const outcome = indexLogs(tape, body, limits, this.nowMs)
    if (outcome.kind !== 'indexed') return outcome
    this.noteRejected(outcome, 'log records')
    this.logRecords = outcome.items
    const unread = new LogMarkers(this.mapper, limits).read(tape, this.nowMs, (markers) =>
      this.take(markers, 'log_record'),
    )
    if (unread > 0) this.rejected.push(`${unread} log records call themselves markers and can't be read as such`)
    return undefined
  }

  private noteRejected(outcome: Extract<IndexOutcome, { kind: 'indexed' }>, noun: string): void {
    const text = describeRejections(outcome.rejected, outcome.items, noun)
    if (text !== '') this.rejected.push(text)
  }

  /** What the mapper noted last is of these. */
  private take({ tape, mapped, kinds, recordedAt }: MarkerSpans, told_by: ExplainedMarker['told_by']): void {
    const spans = settleSpansOf(tape, mapped, 0)
    const notes = this.notes.notes.slice(-spans.length)
    spans.forEach((span, i) => {
      const marker = MARKER_OF.get(kinds[i]!)!
      const { role, rule, fields } = notes[i]!
      const { trace_id, span_id, parent_span_id, name } = span
      this.markers.push({ ...span, marker, recorded_at: recordedAt[i]! })
      this.told.push({
        marker,
        told_by,
        trace_id,
        span_id,
        parent_span_id: marker === 'exception' ? '' : parent_span_id,
        name,
        recorded_at: nanosText(recordedAt[i]!),
        role,
        rule: marker === 'exception' ? null : rule,
        fields,
      })
    })
  }

  /** As if nothing more came: whoever waits has waited. */
  private settle(): SettledTrace {
    const { candidateTimeoutMs, payloadBytesMax } = this.options
    let grounds: SettleGrounds | undefined
    const settled = settle([...this.spans, ...this.markers], {
      now_ms: Math.max(candidateTimeoutMs, PROVISIONAL_AFTER_MS),
      candidate_timeout_ms: candidateTimeoutMs,
      payload_bytes_max: payloadBytesMax,
      trace: (given) => {
        grounds = given
      },
    })
    return { settled, grounds: grounds!, candidateTimeoutMs }
  }
}

function explainSpan(span: SettleSpan, note: SpanNote, trace: SettledTrace, given: number): ExplainedSpan {
  const { role, scope, provider, rule, profiles, fields } = note
  const place = placeOf(trace, given, span, note.why)
  const { trace_id, span_id, parent_span_id, name } = span
  const { became, execution_id, step_of, why } = place
  const why_not_more = [...place.hints, ...note.hints]
  return {
    ...{ trace_id, span_id, parent_span_id, name, scope },
    ...{ role, became, execution_id, step_of, provider, rule, profiles, fields, why, why_not_more },
  }
}
