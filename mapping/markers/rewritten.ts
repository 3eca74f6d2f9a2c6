/** Spans to be written anew, out of what stands on a tape. */
import type { LogTape, RewrittenSpan, TraceTape } from '@runlens/otlp'

export const NO_BYTES = new Uint8Array(0)
export const NO_KEYS: ReadonlySet<number> = new Set()

const EMPTY: RewrittenSpan = {
  traceId: NO_BYTES,
  spanId: NO_BYTES,
  parentSpanId: NO_BYTES,
  name: NO_BYTES,
  kind: 1,
  startTime: 0n,
  endTime: 0n,
  attributes: 0,
  attributeCount: 0,
  without: NO_KEYS,
  asException: false,
  statusCode: 0,
  statusMessage: NO_BYTES,
}

export function rewritten(given: Partial<RewrittenSpan>): RewrittenSpan {
  return { ...EMPTY, ...given }
}

/** The ids of a log record that has them. */
export function idsOf({ buffer, logs: { at } }: LogTape, row: number): Pick<RewrittenSpan, 'traceId' | 'spanId'> {
  return { traceId: bytesAt(buffer, at.traceId[row]!, 16), spanId: bytesAt(buffer, at.spanId[row]!, 8) }
}

/** A span of a tape as it is, but for its events and links. */
export function spanOf({ buffer, spans: { at } }: TraceTape, row: number): RewrittenSpan {
  return {
    traceId: bytesAt(buffer, at.traceId[row]!, 16),
    spanId: bytesAt(buffer, at.spanId[row]!, 8),
    parentSpanId: bytesAt(buffer, at.parentSpanId[row]!, 8),
    name: textAt(buffer, at.nameStart[row]!, at.nameEnd[row]!),
    kind: at.kind[row]!,
    startTime: timeAt(buffer, at.startTime[row]!),
    endTime: timeAt(buffer, at.endTime[row]!),
    attributes: at.attributes[row]!,
    attributeCount: at.attributeCount[row]!,
    without: NO_KEYS,
    asException: false,
    statusCode: at.statusCode[row]!,
    statusMessage: textAt(buffer, at.statusMessageStart[row]!, at.statusMessageEnd[row]!),
  }
}

function bytesAt(buffer: Buffer, start: number, size: number): Uint8Array {
  return start < 0 ? NO_BYTES : buffer.subarray(start, start + size)
}

function textAt(buffer: Buffer, start: number, end: number): Uint8Array {
  return start < 0 ? NO_BYTES : buffer.subarray(start, end)
}

function timeAt(buffer: Buffer, start: number): bigint {
  return start < 0 ? 0n : buffer.readBigUInt64LE(start)
}
