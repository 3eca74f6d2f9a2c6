/** Markers once they are mapped: spans that never were, as other records tell of them. */
import { indexTraces, type OtlpLimits, type SpanWriter, TraceTape, takeNumbers } from '@runlens/otlp'
import type { MappedSpans } from '../spans/mapped-spans.ts'

/** What the markers of a request tell; valid until the next request. */
export interface MarkerSpans {
  /** Their spans, as if they had been sent. */
  tape: TraceTape
  mapped: MappedSpans
  /** `MARKER_NUMBER` of each. */
  kinds: Uint8Array
  /** The moment that each tells of, nanoseconds since the epoch. */
  recordedAt: BigInt64Array
}

/** Kind and moment of each marker, in the order in which its span was written. */
export interface MarkerList {
  kinds: number[]
  recordedAt: bigint[]
}

/** Reads back what was written, and maps it. */
export class MarkerMapper {
  private readonly tape = new TraceTape()

  constructor(
    private readonly mapper: { map(tape: TraceTape): MappedSpans },
    private readonly limits: OtlpLimits,
  ) {}

  /** @returns fewer than there are in `list` where a span can't be stored: absurd times, a request too large */
  map(writer: SpanWriter, list: MarkerList, nowMs: number): MarkerSpans | undefined {
    const { tape } = this
    const outcome = indexTraces(tape, writer.finish(), this.limits, nowMs)
    const numbers = takeNumbers(tape)
    if (outcome.kind !== 'indexed' || numbers.length === 0) return undefined
    return {
      tape,
      mapped: this.mapper.map(tape),
      kinds: Uint8Array.from(numbers, (number) => list.kinds[number]!),
      recordedAt: BigInt64Array.from(numbers, (number) => list.recordedAt[number]!),
    }
  }
}
