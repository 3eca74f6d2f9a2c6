/** Data points of a request, as its tape tells them and as protobufjs decodes them: the oracle of the tape's tests. */
import { type KeyValue, METRIC_KINDS, METRICS, type MetricTape } from '@runlens/otlp'
import {
  type Decoded,
  attributes as decodedAttributes,
  isCredible,
  isNotAhead,
  list,
  parentsOf,
  text,
} from './decode.ts'
import {
  hex,
  type ReadResource,
  type ReadScope,
  attributes as readAttributes,
  readParents,
  text as textOf,
} from './tape.ts'

export interface ReadPoint {
  metric: {
    name: string
    description: string
    unit: string
    kind: string
    temporality: number
    monotonic: boolean
    metadata: KeyValue[]
  }
  time: string
  start: string
  /** A double, an integer in decimal, or undefined. */
  value: number | string | undefined
  count: string
  sum: number | undefined
  min: number | undefined
  max: number | undefined
  flags: number
  attributes: KeyValue[]
  bounds: number[]
  /** Of explicit buckets, or of the positive range. */
  counts: string[]
  negative: string[]
  /** offset of the positive and of the negative range, scale */
  exponential: [number, number, number]
  zeroCount: string
  zeroThreshold: number
  quantiles: [quantile: number, value: number][]
  exemplars: {
    time: string
    value: number | string | undefined
    traceId: string
    spanId: string
    attributes: KeyValue[]
  }[]
  scope: ReadScope
  resource: ReadResource
}

const KIND_NAMES = Object.keys(METRIC_KINDS)

export function readMetricTape(tape: MetricTape): ReadPoint[] {
  return Array.from({ length: tape.points.length }, (_, row) => readPoint(tape, row))
}

function readPoint(tape: MetricTape, row: number): ReadPoint {
  const { at } = tape.points
  const doubleAt = (start: number) => (start < 0 ? undefined : tape.buffer.readDoubleLE(start))
  const fixedAt = (start: number) => (start < 0 ? '0' : String(tape.buffer.readBigUInt64LE(start)))
  const valueAt = (start: number, isInt: number) =>
    start < 0 ? undefined : isInt ? String(tape.buffer.readBigInt64LE(start)) : tape.buffer.readDoubleLE(start)
  const kind = tape.metrics.at.kind[at.metric[row]!]
  const isExponential = kind === METRIC_KINDS.exponential_histogram
  const counts = runs(tape, at.counts[row]!, at.countRuns[row]!)
  return {
    metric: readMetric(tape, at.metric[row]!),
    time: fixedAt(at.time[row]!),
    start: fixedAt(at.startTime[row]!),
    value: valueAt(at.value[row]!, at.isInt[row]!),
    count: fixedAt(at.count[row]!),
    sum: doubleAt(at.sum[row]!) ?? (kind === METRIC_KINDS.summary ? 0 : undefined),
    min: doubleAt(at.min[row]!),
    max: doubleAt(at.max[row]!),
    flags: at.flags[row]! >>> 0,
    attributes: readAttributes(tape, at.attributes[row]!, at.attributeCount[row]!),
    bounds: eights(runs(tape, at.bounds[row]!, at.boundRuns[row]!)).map((bytes) => bytes.readDoubleLE()),
    counts: isExponential ? varints(counts) : eights(counts).map((bytes) => String(bytes.readBigUInt64LE())),
    negative: varints(runs(tape, at.negative[row]!, at.negativeRuns[row]!)),
    exponential: [at.positiveOffset[row]!, at.negativeOffset[row]!, at.scale[row]!],
    zeroCount: fixedAt(at.zeroCount[row]!),
    zeroThreshold: doubleAt(at.zeroThreshold[row]!) ?? 0,
    quantiles: range(at.quantiles[row]!, at.quantileCount[row]!).map((one) => [
      doubleAt(tape.quantiles.at.quantile[one]!) ?? 0,
      doubleAt(tape.quantiles.at.value[one]!) ?? 0,
    ]),
    exemplars: range(at.exemplars[row]!, at.exemplarCount[row]!).map((one) => {
      const { at: cells } = tape.exemplars
      return {
        time: fixedAt(cells.time[one]!),
        value: valueAt(cells.value[one]!, cells.isInt[one]!),
        traceId: hex(tape, cells.traceId[one]!, 16),
        spanId: hex(tape, cells.spanId[one]!, 8),
        attributes: readAttributes(tape, cells.attributes[one]!, cells.attributeCount[one]!),
      }
    }),
    ...readParents(tape, at.scope[row]!),
  }
}

function readMetric(tape: MetricTape, row: number): ReadPoint['metric'] {
  const { at } = tape.metrics
  return {
    name: textOf(tape, at.nameStart[row]!, at.nameEnd[row]!),
    description: textOf(tape, at.descriptionStart[row]!, at.descriptionEnd[row]!),
    unit: textOf(tape, at.unitStart[row]!, at.unitEnd[row]!),
    kind: KIND_NAMES[at.kind[row]! - 1]!,
    temporality: at.temporality[row]!,
    monotonic: at.monotonic[row] === 1,
    metadata: readAttributes(tape, at.attributes[row]!, at.attributeCount[row]!),
  }
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

function runs({ buffer, runs }: MetricTape, first: number, count: number): Buffer {
  return Buffer.concat(range(first, count).map((run) => buffer.subarray(runs.at.start[run], runs.at.end[run])))
}

function eights(bytes: Buffer): Buffer[] {
  return range(0, bytes.length / 8).map((index) => bytes.subarray(index * 8, index * 8 + 8))
}

function varints(bytes: Buffer): string[] {
  const found: string[] = []
  let value = 0n
  let shift = 0n
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift
    shift += 7n
    if (byte > 127) continue
    found.push(String(BigInt.asUintN(64, value)))
    value = 0n
    shift = 0n
  }
  return found
}

const DATA: Readonly<Record<string, string>> = {
  gauge: 'gauge',
  sum: 'sum',
  histogram: 'histogram',
  exponentialHistogram: 'exponential_histogram',
  summary: 'summary',
}

/** The data points of a request that can be stored, and how many there are in all. */
export function decodeMetrics(body: Buffer): { all: number; storable: ReadPoint[] } {
  const { request } = METRICS
  const decoded = request.toObject(request.decode(body), { longs: String, bytes: String }) as Decoded
  const found = list(decoded.resourceMetrics).flatMap((resourceMetrics) =>
    list(resourceMetrics.scopeMetrics).flatMap((scopeMetrics) =>
      list(scopeMetrics.metrics).flatMap((metric) =>
        Object.entries(DATA).flatMap(([field, kind]) => {
          const data = metric[field] as Decoded | undefined
          return list(data?.dataPoints).map((point) => ({
            ...decodePoint(decodeMetric(metric, kind, data!), point),
            ...parentsOf(resourceMetrics, scopeMetrics),
          }))
        }),
      ),
    ),
  )
  return { all: found.length, storable: found.filter(isStorable) }
}

function isStorable({ metric, time, start, counts, bounds }: ReadPoint): boolean {
  const fits = metric.kind !== 'histogram' || counts.length === bounds.length + 1 || counts.length + bounds.length === 0
  return metric.name !== '' && isCredible(time) && isNotAhead(start) && fits
}

function decodeMetric(metric: Decoded, kind: string, data: Decoded): ReadPoint['metric'] {
  return {
    name: text(metric.name),
    description: text(metric.description),
    unit: text(metric.unit),
    kind,
    temporality: (data.aggregationTemporality ?? 0) as number,
    monotonic: (data.isMonotonic ?? false) as boolean,
    metadata: decodedAttributes({ attributes: metric.metadata }),
  }
}

function decodePoint(metric: ReadPoint['metric'], point: Decoded): Omit<ReadPoint, 'scope' | 'resource'> {
  const positive = (point.positive ?? {}) as Decoded
  const negative = (point.negative ?? {}) as Decoded
  const number = (value: unknown) => (value ?? 0) as number
  const texts = (value: unknown) => (value ?? []) as string[]
  return {
    metric,
    time: text(point.timeUnixNano) || '0',
    start: text(point.startTimeUnixNano) || '0',
    value: (point.asInt ?? point.asDouble) as number | string | undefined,
    count: text(point.count) || '0',
    sum: (point.sum ?? (metric.kind === 'summary' ? 0 : undefined)) as number | undefined,
    min: point.min as number | undefined,
    max: point.max as number | undefined,
    flags: number(point.flags),
    attributes: decodedAttributes(point),
    bounds: (point.explicitBounds ?? []) as number[],
    counts: texts(point.bucketCounts ?? positive.bucketCounts),
    negative: texts(negative.bucketCounts),
    exponential: [number(positive.offset), number(negative.offset), number(point.scale)],
    zeroCount: text(point.zeroCount) || '0',
    zeroThreshold: number(point.zeroThreshold),
    quantiles: list(point.quantileValues).map(({ quantile, value }) => [number(quantile), number(value)]),
    exemplars: list(point.exemplars).map((one) => ({
      time: text(one.timeUnixNano) || '0',
      value: (one.asInt ?? one.asDouble) as number | string | undefined,
      traceId: id(one.traceId, 16),
      spanId: id(one.spanId, 8),
      attributes: decodedAttributes({ attributes: one.filteredAttributes }),
    })),
  }
}

/** '' for an id of another length, or of zeros. */
function id(value: unknown, size: number): string {
  const bytes = Buffer.from(text(value), 'base64')
  return bytes.length === size && bytes.some((byte) => byte !== 0) ? bytes.toString('hex') : ''
}
