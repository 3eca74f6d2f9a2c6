/** Markers once they are mapped: spans that never were, as other records tell of them. */
import {
  indexTraces,
  type OtlpLimits,
  type RewrittenSpan,
  SpanWriter,
  type Tape,
  TraceTape,
  takeNumbers,
} from '@runlens/otlp'
import type { MappedSpans } from '../spans/mapped-spans.ts'

/** What some markers of a request tell; valid until the next ones. */
export interface MarkerSpans {
  /** Their spans, as if they had been sent. */
  tape: TraceTape
  mapped: MappedSpans
  /** `MARKER_NUMBER` of each. */
  kinds: Uint8Array
  /** The moment that each tells of, nanoseconds since the epoch. */
  recordedAt: BigInt64Array
}

/** Markers that are held at once: a large request of nothing else would take its own size in memory several times over. */
const PORTION_MAX = 4_096

/** Writes markers of a request as spans, and reads back and maps them portion by portion. */
export class MarkerPortions {
  private readonly writer = new SpanWriter()
  private readonly tape = new TraceTape()
  private kinds: number[] = []
  private recordedAt: bigint[] = []
  private nowMs = 0
  private take: (markers: MarkerSpans) => void = () => {}
  /** Of the request at hand: those that can't be stored, because of absurd times or their size. */
  refused = 0

  private readonly limits: OtlpLimits

  constructor(
    private readonly mapper: { map(tape: TraceTape): MappedSpans },
    limits: OtlpLimits,
  ) {
    // Values were small enough when they came; encrypted they are longer.
    this.limits = { ...limits, valueBytesMax: Number.MAX_SAFE_INTEGER }
  }

  /**
   * @param nowMs time of the request, milliseconds since the epoch
   * @param take gets every portion
   */
  begin(nowMs: number, take: (markers: MarkerSpans) => void): void {
    this.nowMs = nowMs
    this.take = take
    this.refused = 0
  }

  /** @param scope of the tape, which the span's attributes are on, too */
  add(tape: Tape, scope: number, span: RewrittenSpan, kind: number, recordedAt: bigint): void {
    this.writer.enter(tape, scope)
    this.writer.write(span)
    this.kinds.push(kind)
    this.recordedAt.push(recordedAt)
    if (this.kinds.length === PORTION_MAX) this.flush()
  }

  /** Says that the tape at hand will hold something else. */
  leave(): void {
    this.writer.leave()
  }

  /** Maps what is left; to be called when the request has no more. */
  flush(): void {
    if (this.kinds.length === 0) return
    const { kinds, recordedAt, tape } = this
    this.kinds = []
    this.recordedAt = []
    const outcome = indexTraces(tape, this.writer.finish(), this.limits, this.nowMs)
    const numbers = outcome.kind === 'indexed' ? takeNumbers(tape) : new Int32Array(0)
    this.refused += kinds.length - numbers.length
    if (numbers.length === 0) return
    this.take({
      tape,
      mapped: this.mapper.map(tape),
      kinds: Uint8Array.from(numbers, (number) => kinds[number]!),
      recordedAt: BigInt64Array.from(numbers, (number) => recordedAt[number]!),
    })
  }
}
