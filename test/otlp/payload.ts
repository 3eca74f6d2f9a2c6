/** Requests to send, each in both encodings, and a look into answers through protobufjs. */
import { LOGS, MESSAGES, METRICS, type OtlpEncoding, type Signal, TRACES } from '@runlens/otlp'

export interface PlainSpan {
  traceId: string
  spanId: string
  name: string
  startTimeUnixNano: string
  endTimeUnixNano: string
}

/** `count` spans of one trace, an hour old; the first `bad` of them have no valid trace id. */
export function someSpans(count: number, bad = 0): PlainSpan[] {
  const start = BigInt(Date.now() - 3_600_000) * 1_000_000n
  return Array.from({ length: count }, (_, index) => ({
    traceId: index < bad ? '' : '0af7651916cd43dd8448eb211c80319c',
    spanId: (index + 1).toString(16).padStart(16, '0'),
    name: `span ${index}`,
    startTimeUnixNano: String(start + BigInt(index)),
    endTimeUnixNano: String(start + BigInt(index) + 1_000_000n),
  }))
}

/** An ExportTraceServiceRequest with these spans. */
export function traceRequest(encoding: OtlpEncoding, spans: readonly PlainSpan[]): Buffer {
  const asSent = (ids: (hex: string) => unknown) =>
    spans.map((span) => ({ ...span, traceId: ids(span.traceId), spanId: ids(span.spanId) }))
  const request = (list: unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans: list }] }] })
  if (encoding === 'json') return Buffer.from(JSON.stringify(request(asSent((hex) => hex))))
  const message = request(asSent((hex) => Buffer.from(hex, 'hex')))
  return Buffer.from(TRACES.request.encode(TRACES.request.fromObject(message)).finish())
}

export interface PlainRecord {
  traceId: string
  spanId: string
  timeUnixNano: string
  severityNumber: number
  body: { stringValue: string }
}

/** `count` log records of one trace, an hour old; the first `bad` of them are from 1970. */
export function someRecords(count: number, bad = 0): PlainRecord[] {
  return someSpans(count).map(({ traceId, spanId, name, startTimeUnixNano }, index) => ({
    traceId,
    spanId,
    timeUnixNano: index < bad ? '1' : startTimeUnixNano,
    severityNumber: 9,
    body: { stringValue: name },
  }))
}

/** An ExportLogsServiceRequest with these records. */
export function logsRequest(encoding: OtlpEncoding, records: readonly PlainRecord[]): Buffer {
  const asSent = (ids: (hex: string) => unknown) =>
    records.map((record) => ({ ...record, traceId: ids(record.traceId), spanId: ids(record.spanId) }))
  const request = (list: unknown[]) => ({ resourceLogs: [{ scopeLogs: [{ logRecords: list }] }] })
  if (encoding === 'json') return Buffer.from(JSON.stringify(request(asSent((hex) => hex))))
  const message = request(asSent((hex) => Buffer.from(hex, 'hex')))
  return Buffer.from(LOGS.request.encode(LOGS.request.fromObject(message)).finish())
}

export interface PlainPoint {
  timeUnixNano: string
  asDouble: number
}

/** `count` points of one gauge, an hour old; the first `bad` of them are from 1970. */
export function somePoints(count: number, bad = 0): PlainPoint[] {
  return someSpans(count).map(({ startTimeUnixNano }, index) => ({
    timeUnixNano: index < bad ? '1' : startTimeUnixNano,
    asDouble: index + 0.5,
  }))
}

/** An ExportMetricsServiceRequest with these points. */
export function metricsRequest(encoding: OtlpEncoding, dataPoints: readonly PlainPoint[]): Buffer {
  const request = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'load', gauge: { dataPoints } }] }] }] }
  if (encoding === 'json') return Buffer.from(JSON.stringify(request))
  return Buffer.from(METRICS.request.encode(METRICS.request.fromObject(request)).finish())
}

/** What a success said: nothing for full success, else how many were rejected and why. */
export function readResponse(
  encoding: OtlpEncoding,
  body: Buffer,
  { response, rejectedField }: Signal = TRACES,
): { rejected: number; message: string } | undefined {
  const partial = readMessage(encoding, response, body).partialSuccess
  return partial && { rejected: Number(partial[rejectedField]), message: partial.errorMessage }
}

export interface ReadStatus {
  code: number
  message: string
  /** Of the RetryInfo, undefined without one. */
  retryAfterSeconds: number | undefined
}

/** A google.rpc.Status as a client reads it. */
export function readStatus(encoding: OtlpEncoding, body: Buffer): ReadStatus {
  const status = readMessage(encoding, MESSAGES.lookupType('google.rpc.Status'), body)
  const details: { '@type'?: string; retryDelay?: string; typeUrl?: string; value?: Buffer }[] = status.details ?? []
  const info = details.find((any) => (any['@type'] ?? any.typeUrl) === 'type.googleapis.com/google.rpc.RetryInfo')
  const delay = info?.value ? retryDelay(info.value) : info?.retryDelay && Number.parseInt(info.retryDelay, 10)
  return { code: status.code, message: status.message, retryAfterSeconds: delay || undefined }
}

function retryDelay(value: Uint8Array): number {
  const type = MESSAGES.lookupType('google.rpc.RetryInfo')
  return Number(type.toObject(type.decode(value), { longs: Number }).retryDelay.seconds)
}

function readMessage(encoding: OtlpEncoding, type: typeof TRACES.response, body: Buffer) {
  if (encoding === 'json') return JSON.parse(body.toString())
  return type.toObject(type.decode(body), { longs: Number })
}
