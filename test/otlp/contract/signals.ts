/** The signals that the contract holds for, and how requests of each are written. */
import { LOGS, METRICS, type OtlpEncoding, type Signal, TRACES } from '@runlens/otlp'
import { len } from '../../kit/wire.ts'
import { logsRequest, metricsRequest, somePoints, someRecords, someSpans, traceRequest } from '../payload.ts'

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
  // biome-ignore lint/suspicious/noExplicitAny: a message of any signal, as it was decoded
  itemsOf: (request: any) => any[]
  /** Names in JSON: of the lists from request to item or metric, and of a time. */
  names: { lists: readonly [string, string, string]; time: string }
  /** A trace id in an item: how it is written, where it is read; without a valid one an item may not be stored. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  traceId: { field: (id: string) => string; read: (item: any) => string; isRequired: boolean }
  /** A request in JSON with an enumeration of this value, where it is read, and a word of it that is refused. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  enumeration: { json: (value: string) => Buffer; read: (request: any) => number; word: string }
  /** A request of so many empty items. */
  empty: { wrap: (encoding: OtlpEncoding, count: number) => Buffer; isStorable: boolean }
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

/** Empty items in the third of the lists; for metrics those of a gauge in it. */
function emptyItems(lists: readonly [string, string, string], isMetric: boolean) {
  return (encoding: OtlpEncoding, count: number): Buffer => {
    if (encoding === 'protobuf') {
      const items = Buffer.alloc(2 * count, isMetric ? len(1) : len(2))
      return len(1, len(2, isMetric ? len(2, len(1, 'm'), len(5, items)) : items))
    }
    const items = `[${'{},'.repeat(count - 1)}{}]`
    const members = isMetric ? `[{"name":"m","gauge":{"dataPoints":${items}}}]` : items
    return Buffer.from(`{"${lists[0]}":[{"${lists[1]}":[{"${lists[2]}":${members}}]}]}`)
  }
}

const ownId = (isRequired: boolean): SignalKit['traceId'] => ({
  field: (id) => `"traceId":"${id}"`,
  read: ({ traceId }) => traceId,
  isRequired,
})

const SPAN_LISTS = ['resourceSpans', 'scopeSpans', 'spans'] as const
const LOG_LISTS = ['resourceLogs', 'scopeLogs', 'logRecords'] as const
const METRIC_LISTS = ['resourceMetrics', 'scopeMetrics', 'metrics'] as const

const spanWith = (fields: string) => withFields(SPAN_LISTS, freshSpans(1)[0]!, fields)
const recordWith = (fields: string) => withFields(LOG_LISTS, someRecords(1)[0]!, fields)
const metricWith = (kind: string, more: string, fields: string) =>
  Buffer.from(
    JSON.stringify({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', [kind]: { dataPoints: ['#'] } }] }] }],
    })
      .replace('"#"', JSON.stringify(somePoints(1)[0]).replace(/}$/, `${fields}}`))
      .replace('"dataPoints"', `${more}"dataPoints"`),
  )
const spansOf: SignalKit['itemsOf'] = (request) => request.resourceSpans[0].scopeSpans[0].spans
const recordsOf: SignalKit['itemsOf'] = (request) => request.resourceLogs[0].scopeLogs[0].logRecords

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
    jsonWith: spanWith,
    itemsOf: spansOf,
    names: { lists: SPAN_LISTS, time: 'startTimeUnixNano' },
    traceId: ownId(true),
    enumeration: {
      json: (value) => spanWith(`"kind":${value}`),
      read: (request) => spansOf(request)[0].kind,
      word: 'SPAN_KIND_CLIENT',
    },
    empty: { wrap: emptyItems(SPAN_LISTS, false), isStorable: false },
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
    jsonWith: recordWith,
    itemsOf: recordsOf,
    names: { lists: LOG_LISTS, time: 'timeUnixNano' },
    // A record need not belong to a trace.
    traceId: ownId(false),
    enumeration: {
      json: (value) => recordWith(`"severityNumber":${value}`),
      read: (request) => recordsOf(request)[0].severityNumber,
      word: 'SEVERITY_NUMBER_INFO',
    },
    empty: { wrap: emptyItems(LOG_LISTS, false), isStorable: true },
    fields: ['body', 'severityNumber', 'spanId', 'timeUnixNano', 'traceId'],
  },
  {
    signal: METRICS,
    acceptedMetric: 'runlens_data_points_accepted_total',
    fresh: (encoding, count, bad) => metricsRequest(encoding, somePoints(count, bad)),
    badReason: /time/i,
    at: (encoding, times) =>
      metricsRequest(
        encoding,
        somePoints(times.length).map((point, i) => ({ ...point, timeUnixNano: nanos(times[i]!) })),
      ),
    jsonWith: (fields) => metricWith('gauge', '', `,${fields}`),
    itemsOf: (request) => request.resourceMetrics[0].scopeMetrics[0].metrics[0].gauge.dataPoints,
    names: { lists: METRIC_LISTS, time: 'timeUnixNano' },
    traceId: {
      field: (id) => `"exemplars":[{"asDouble":1.5,"traceId":"${id}"}]`,
      read: ({ exemplars }) => exemplars[0].traceId,
      isRequired: false,
    },
    enumeration: {
      json: (value) => metricWith('sum', `"aggregationTemporality":${value},`, ''),
      read: (request) => request.resourceMetrics[0].scopeMetrics[0].metrics[0].sum.aggregationTemporality,
      word: 'AGGREGATION_TEMPORALITY_DELTA',
    },
    empty: { wrap: emptyItems(METRIC_LISTS, true), isStorable: false },
    fields: ['asDouble', 'timeUnixNano'],
  },
]
