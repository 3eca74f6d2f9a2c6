/** OTLP/JSON in, protobuf bytes out: JSON requests then go the one way that protobuf requests go. */
import { DEPTH_MAX, type OtlpLimits } from '../limits.ts'
import { LOGS, METRICS, type Signal, TRACES } from '../messages.ts'
import { Malformed } from '../wire/malformed.ts'
import { Writer } from '../wire/writer.ts'
import { jsonMessage } from './fields.ts'
import { JsonReader } from './reader.ts'
import { Transcoder } from './transcode.ts'

export type JsonOutcome = { kind: 'ok'; bytes: Buffer } | { kind: 'malformed'; message: string }

/**
 * The export request of `signal` that `body` holds as OTLP/JSON. Unknown fields (snake_case ones too) are ignored, null is
 * absent, integers are exact at any size. Ids that are not hexadecimal and values nested deeper than `limits.depthMax`
 * become such that indexing rejects their span, as it does for protobuf.
 */
export function jsonToProtobuf(signal: Signal, body: Buffer, limits: OtlpLimits): JsonOutcome {
  const reader = new JsonReader(body)
  // JSON is never shorter than what it becomes.
  const writer = new Writer(body.length)
  try {
    const transcoder = new Transcoder(reader, writer, Math.min(limits.depthMax, DEPTH_MAX))
    transcoder.message(jsonMessage(signal.request), 'a request', 0)
    reader.expectEnd()
    return { kind: 'ok', bytes: writer.finish() }
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', message: `not OTLP/JSON: ${error.message}` }
    throw error
  }
}

/** {@link jsonToProtobuf} for an ExportTraceServiceRequest (TracesData looks the same). */
export function jsonToTraces(body: Buffer, limits: OtlpLimits): JsonOutcome {
  return jsonToProtobuf(TRACES, body, limits)
}

/** {@link jsonToProtobuf} for an ExportLogsServiceRequest (LogsData looks the same). */
export function jsonToLogs(body: Buffer, limits: OtlpLimits): JsonOutcome {
  return jsonToProtobuf(LOGS, body, limits)
}

/** {@link jsonToProtobuf} for an ExportMetricsServiceRequest (MetricsData looks the same). */
export function jsonToMetrics(body: Buffer, limits: OtlpLimits): JsonOutcome {
  return jsonToProtobuf(METRICS, body, limits)
}
