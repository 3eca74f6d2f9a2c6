/** The signals that the contract holds for, and how requests of each are written. */
import { LOGS, type OtlpEncoding, type Signal, TRACES } from '@runlens/otlp'
import { logsRequest, someRecords, someSpans, traceRequest } from '../payload.ts'

export interface SignalKit {
  signal: Signal
  /** Where the collector counts what it acknowledged. */
  acceptedMetric: string
  /** A request of so many items that nobody sent before, the first `bad` of which can't be stored. */
  fresh: (encoding: OtlpEncoding, count: number, bad?: number) => Buffer
  /** What is told of such an item. */
  badReason: RegExp
  /** Items at these times, milliseconds since the epoch. */
  at: (encoding: OtlpEncoding, times: readonly number[]) => Buffer
  /** A request in JSON of one item that can be stored, whose fields end with this text. */
  jsonWith: (fields: string) => Buffer
  /** The items of a request as protobufjs reads it. */
  // biome-ignore lint/suspicious/noExplicitAny: a message of either signal, as it was decoded
  itemsOf: (request: any) => any[]
  /** Names in JSON: of the lists from request to item, of a time, of an enumeration and a word of it that is refused. */
  names: { lists: readonly [string, string, string]; time: string; enumeration: string; word: string }
  /** Fields that {@link jsonWith} writes by itself. */
  fields: readonly string[]
}

const nanos = (ms: number) => `${BigInt(Math.round(ms)) * 1_000_000n}`

/** Ids that differ from one call to the next, so that no span is known as a resend. */
let calls = 0
function freshId(spanId: string): string {
  return (++calls).toString(16).padStart(8, '0') + spanId.slice(8)
}

const freshSpans = (count: number, bad = 0) =>
  someSpans(count, bad).map((span) => ({ ...span, spanId: freshId(span.spanId) }))

function withFields(lists: readonly [string, string, string], item: object, fields: string): Buffer {
  const text = JSON.stringify(item).replace(/}$/, `,${fields}}`)
  return Buffer.from(`{"${lists[0]}":[{"${lists[1]}":[{"${lists[2]}":[${text}]}]}]}`)
}

const SPAN_LISTS = ['resourceSpans', 'scopeSpans', 'spans'] as const
const LOG_LISTS = ['resourceLogs', 'scopeLogs', 'logRecords'] as const

export const SIGNALS: readonly SignalKit[] = [
  {
    signal: TRACES,
    acceptedMetric: 'runlens_spans_accepted_total',
    fresh: (encoding, count, bad) => traceRequest(encoding, freshSpans(count, bad)),
    badReason: /trace/i,
    at: (encoding, times) =>
      traceRequest(
        encoding,
        freshSpans(times.length).map((span, i) => ({
          ...span,
          startTimeUnixNano: nanos(times[i]!),
          endTimeUnixNano: nanos(times[i]! + 1),
        })),
      ),
    jsonWith: (fields) => withFields(SPAN_LISTS, freshSpans(1)[0]!, fields),
    itemsOf: (request) => request.resourceSpans[0].scopeSpans[0].spans,
    names: { lists: SPAN_LISTS, time: 'startTimeUnixNano', enumeration: 'kind', word: 'SPAN_KIND_CLIENT' },
    fields: ['endTimeUnixNano', 'name', 'spanId', 'startTimeUnixNano', 'traceId'],
  },
  {
    signal: LOGS,
    acceptedMetric: 'runlens_log_records_accepted_total',
    fresh: (encoding, count, bad) => logsRequest(encoding, someRecords(count, bad)),
    badReason: /time/i,
    at: (encoding, times) =>
      logsRequest(
        encoding,
        someRecords(times.length).map((record, i) => ({ ...record, timeUnixNano: nanos(times[i]!) })),
      ),
    jsonWith: (fields) => withFields(LOG_LISTS, someRecords(1)[0]!, fields),
    itemsOf: (request) => request.resourceLogs[0].scopeLogs[0].logRecords,
    names: { lists: LOG_LISTS, time: 'timeUnixNano', enumeration: 'severityNumber', word: 'SEVERITY_NUMBER_INFO' },
    fields: ['body', 'severityNumber', 'spanId', 'timeUnixNano', 'traceId'],
  },
]
