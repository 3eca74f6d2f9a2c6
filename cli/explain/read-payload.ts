/** Bytes of a file → the export requests in it: OTLP/JSON (one request, or one a line) or protobuf, either one gzipped. */
import { gunzipSync } from 'node:zlib'
import { jsonToLogs, jsonToTraces, type OtlpLimits } from '@runlens/otlp'
import { RunlensError } from '@runlens/runtime'

export type PayloadSignal = 'traces' | 'logs'

export interface ReadPayloadOptions {
  limits: OtlpLimits
  /** Before and after inflating. */
  bytesMax: number
  /** What protobuf holds; JSON says it itself. */
  signal: PayloadSignal
}

/** Requests in protobuf. */
export interface Payload {
  traces?: Buffer
  logs?: Buffer
}

/** @throws RunlensError `payload_unreadable` */
export function readPayload(bytes: Buffer, options: ReadPayloadOptions): Payload {
  const plain = inflate(bytes, options.bytesMax)
  const requests = parseJson(plain)
  return requests ? fromJson(requests, options.limits) : { [options.signal]: plain }
}

function inflate(bytes: Buffer, bytesMax: number): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: bytesMax })
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? `more than ${bytesMax} bytes` : 'broken'
    throw unreadable(`What is gzipped is ${why}`)
  }
}

/** Objects of JSON, one or one a line as the OpenTelemetry Collector's file exporter writes them; undefined for anything else. */
function parseJson(bytes: Buffer): Record<string, unknown>[] | undefined {
  const text = bytes.toString('utf8').trim()
  if (!text.startsWith('{')) return undefined
  for (const parts of [[text], text.split(/\r?\n/).filter((line) => line.trim() !== '')]) {
    try {
      return parts.map((part) => JSON.parse(part) as Record<string, unknown>)
    } catch {
      // Not this way. Protobuf may begin with the same characters, so that no way is an answer, too.
    }
  }
  if (looksLikeText(bytes)) throw unreadable('The JSON is broken or cut')
  return undefined
}

function looksLikeText(bytes: Buffer): boolean {
  return !bytes.subarray(0, 1_024).some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)
}

/** Protobuf messages put one behind the other are one message with the fields of both. */
function fromJson(requests: readonly Record<string, unknown>[], limits: OtlpLimits): Payload {
  const found: Record<PayloadSignal, Buffer[]> = { traces: [], logs: [] }
  for (const request of requests) {
    if (request.resourceSpans !== undefined) found.traces.push(transcode(jsonToTraces, request, limits))
    if (request.resourceLogs !== undefined) found.logs.push(transcode(jsonToLogs, request, limits))
  }
  if (found.traces.length + found.logs.length === 0) {
    throw unreadable('The JSON has neither resourceSpans nor resourceLogs')
  }
  return {
    ...(found.traces.length > 0 ? { traces: Buffer.concat(found.traces) } : {}),
    ...(found.logs.length > 0 ? { logs: Buffer.concat(found.logs) } : {}),
  }
}

function transcode(toProtobuf: typeof jsonToTraces, request: object, limits: OtlpLimits): Buffer {
  const outcome = toProtobuf(Buffer.from(JSON.stringify(request)), limits)
  if (outcome.kind === 'malformed') throw unreadable(outcome.message)
  return outcome.bytes
}

/** @param what happened, as the beginning of a sentence */
export function unreadable(what: string): RunlensError {
  return new RunlensError(
    'payload_unreadable',
    what,
    'Give an export request as it was sent: OTLP/JSON, or protobuf (--signal logs for log records), gzipped or not.',
  )
}
