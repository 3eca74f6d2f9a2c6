/** Trace requests built field by field, and their way onto a tape, for tests of the wire. */
import { DEFAULT_LIMITS, type IndexOutcome, indexTraces, type OtlpLimits, TraceTape } from '@runlens/otlp'
import { fixed64, len } from './wire.ts'

/** The clock of these tests. */
export const NOW_MS = Date.UTC(2026, 10, 24)
/** A start some hours before it. */
export const START = 1_795_391_408_320_000_000n
export const TRACE_ID = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
export const SPAN_ID = Buffer.from('1011121314151617', 'hex')

/** Indexes `body` under the default limits, but for those given. */
export function index(body: Buffer, limits: Partial<OtlpLimits> = {}): { tape: TraceTape; outcome: IndexOutcome } {
  const tape = new TraceTape()
  return { tape, outcome: indexTraces(tape, body, { ...DEFAULT_LIMITS, ...limits }, NOW_MS) }
}

/** Fields that every span needs. */
export function ids(traceId = TRACE_ID, spanId = SPAN_ID, start = START): Buffer {
  return Buffer.concat([len(1, traceId), len(2, spanId), fixed64(7, start)])
}

/** A span that can be stored, with more fields. */
export function span(...fields: Uint8Array[]): Buffer {
  return len(2, ids(), ...fields)
}

/** One resource with one scope with these spans. */
export function request(...spans: Uint8Array[]): Buffer {
  return len(1, len(2, ...spans))
}

/** A KeyValue in field `field`, whose AnyValue has the fields given. */
export function attribute(field: number, key: string, ...value: Uint8Array[]): Buffer {
  return len(field, len(1, key), len(2, ...value))
}
