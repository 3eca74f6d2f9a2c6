/** Puts what a data point has several of onto the tape: bounds, bucket counts, quantiles, exemplars. Each begins at the point's first one. */
import type { ExemplarColumns, MetricTape, PointColumns, RunColumns } from './metric-tape.ts'
import { FAULT } from './rejections.ts'
import { addElements, type OtlpScan, scanAttribute, setFault } from './scan-attributes.ts'
import { ABSENT, idOrAbsent, SPAN_ID_BYTES, TRACE_ID_BYTES } from './scan-ids.ts'
import { Malformed } from './wire/malformed.ts'
import { FIXED64, knownFields, LEN, passUnknown, readField, readVarint, tagOf, VARINT } from './wire/scan.ts'

// opentelemetry.proto.metrics.v1.HistogramDataPoint
const BUCKET_COUNTS = 6
const EXPLICIT_BOUNDS = 7

// …ExponentialHistogramDataPoint, and Buckets in it
const POSITIVE = tagOf(8, LEN)
const NEGATIVE = tagOf(9, LEN)
const OFFSET = tagOf(1, VARINT)
const BUCKET_COUNTS_PACKED = tagOf(2, LEN)
const BUCKET_COUNT = tagOf(2, VARINT)
const BUCKETS_FIELDS = knownFields(1, 2)

// …SummaryDataPoint, and ValueAtQuantile in it
const QUANTILE_VALUE = tagOf(6, LEN)
const QUANTILE = tagOf(1, FIXED64)
const VALUE = tagOf(2, FIXED64)
const QUANTILE_FIELDS = knownFields(1, 2)

// …Exemplar
const EXEMPLAR_TIME = tagOf(2, FIXED64)
const EXEMPLAR_DOUBLE = tagOf(3, FIXED64)
const EXEMPLAR_SPAN_ID = tagOf(4, LEN)
const EXEMPLAR_TRACE_ID = tagOf(5, LEN)
const EXEMPLAR_INT = tagOf(6, FIXED64)
const EXEMPLAR_ATTRIBUTE = tagOf(7, LEN)
const EXEMPLAR_FIELDS = knownFields(2, 3, 4, 5, 6, 7)

/** @returns how many */
export function scanBounds(scan: OtlpScan, { points, runs }: MetricTape, row: number, at: number, end: number): number {
  const first = runs.length
  const count = scanEightBytes(scan, runs, EXPLICIT_BOUNDS, at, end)
  points.at.bounds[row] = first
  points.at.boundRuns[row] = runs.length - first
  return count
}

/** @returns how many */
export function scanBucketCounts(
  scan: OtlpScan,
  { points, runs }: MetricTape,
  row: number,
  at: number,
  end: number,
): number {
  const first = runs.length
  const count = scanEightBytes(scan, runs, BUCKET_COUNTS, at, end)
  points.at.counts[row] = first
  points.at.countRuns[row] = runs.length - first
  return count
}

/** Runs of the repeated fixed64 or double `field` of the message, packed or one by one. */
function scanEightBytes(scan: OtlpScan, runs: RunColumns, field: number, at: number, end: number): number {
  const packed = tagOf(field, LEN)
  const single = tagOf(field, FIXED64)
  let count = 0
  for (let position = at; position < end; ) {
    position = readField(scan, position, end)
    if (scan.tag !== packed && scan.tag !== single) continue
    const bytes = scan.stop - scan.start
    if (bytes % 8 !== 0) throw new Malformed(`packed numbers of ${bytes} bytes`, scan.start)
    addRun(scan, runs, scan.start, scan.stop)
    addElements(scan, bytes / 8)
    count += bytes / 8
  }
  return count
}

/** A point that is refused keeps none: too many numbers would only take memory. */
function addRun(scan: OtlpScan, runs: RunColumns, start: number, stop: number): void {
  if (start === stop || scan.fault !== 0) return
  const run = runs.add()
  runs.at.start[run] = start
  runs.at.end[run] = stop
}

/** Both ranges, one after the other. */
export function scanExponentialBuckets(scan: OtlpScan, tape: MetricTape, row: number, at: number, end: number): void {
  const { runs } = tape
  const cells: PointColumns['at'] = tape.points.at
  const positive = runs.length
  cells.counts[row] = positive
  cells.positiveOffset[row] = scanRange(scan, runs, POSITIVE, at, end)
  cells.countRuns[row] = runs.length - positive
  const negative = runs.length
  cells.negative[row] = negative
  cells.negativeOffset[row] = scanRange(scan, runs, NEGATIVE, at, end)
  cells.negativeRuns[row] = runs.length - negative
}

/** Runs of the bucket counts in the range `tag`. @returns its offset */
function scanRange(scan: OtlpScan, runs: RunColumns, tag: number, at: number, end: number): number {
  let offset = 0
  for (let position = at; position < end; ) {
    position = readField(scan, position, end)
    if (scan.tag !== tag) continue
    for (let inner = scan.start; inner < position; ) {
      inner = readField(scan, inner, position)
      if (scan.tag === OFFSET) offset = (scan.value >>> 1) ^ -(scan.value & 1)
      else if (scan.tag === BUCKET_COUNTS_PACKED) {
        addRun(scan, runs, scan.start, scan.stop)
        countVarints(scan, scan.start, scan.stop)
      } else if (scan.tag === BUCKET_COUNT) {
        addRun(scan, runs, scan.start, scan.stop)
        addElements(scan, 1)
      } else passUnknown(scan, BUCKETS_FIELDS)
    }
  }
  return offset
}

function countVarints(scan: OtlpScan, at: number, end: number): void {
  let count = 0
  for (let position = at; position < end; count++) position = readVarint(scan, position, end)
  addElements(scan, count)
}

export function scanQuantiles(scan: OtlpScan, tape: MetricTape, row: number, at: number, end: number): void {
  const { quantiles } = tape
  const first = quantiles.length
  for (let position = at; position < end; ) {
    position = readField(scan, position, end)
    if (scan.tag !== QUANTILE_VALUE) continue
    if (quantiles.length - first >= scan.attributesMax) {
      setFault(scan, FAULT.exemplar_count)
      quantiles.length = first
    }
    const quantile = quantiles.add()
    quantiles.at.quantile[quantile] = ABSENT
    quantiles.at.value[quantile] = ABSENT
    for (let inner = scan.start; inner < position; ) {
      inner = readField(scan, inner, position)
      if (scan.tag === QUANTILE) quantiles.at.quantile[quantile] = scan.start
      else if (scan.tag === VALUE) quantiles.at.value[quantile] = scan.start
      else passUnknown(scan, QUANTILE_FIELDS)
    }
  }
  tape.points.at.quantiles[row] = first
  tape.points.at.quantileCount[row] = quantiles.length - first
}

/** @param tag of the point's exemplars */
export function scanExemplars(
  scan: OtlpScan,
  tape: MetricTape,
  row: number,
  tag: number,
  at: number,
  end: number,
): void {
  const { exemplars } = tape
  const first = exemplars.length
  for (let position = at; position < end; ) {
    position = readField(scan, position, end)
    if (scan.tag !== tag) continue
    if (exemplars.length - first >= scan.attributesMax) {
      setFault(scan, FAULT.exemplar_count)
      exemplars.length = first
    }
    scanExemplar(scan, exemplars, exemplars.add(), scan.start, position)
  }
  tape.points.at.exemplars[row] = first
  tape.points.at.exemplarCount[row] = exemplars.length - first
}

function scanExemplar(scan: OtlpScan, exemplars: ExemplarColumns, row: number, at: number, end: number): void {
  const cells = exemplars.at
  const attributes = scan.attributes.length
  cells.time[row] = ABSENT
  cells.value[row] = ABSENT
  cells.isInt[row] = 0
  cells.traceId[row] = ABSENT
  cells.spanId[row] = ABSENT
  let position = at
  while (position < end) {
    position = readField(scan, position, end)
    switch (scan.tag) {
      case EXEMPLAR_TIME:
        cells.time[row] = scan.start
        break
      case EXEMPLAR_DOUBLE:
      case EXEMPLAR_INT:
        cells.value[row] = scan.start
        cells.isInt[row] = scan.tag === EXEMPLAR_INT ? 1 : 0
        break
      case EXEMPLAR_SPAN_ID:
        cells.spanId[row] = idOrAbsent(scan, SPAN_ID_BYTES)
        break
      case EXEMPLAR_TRACE_ID:
        cells.traceId[row] = idOrAbsent(scan, TRACE_ID_BYTES)
        break
      case EXEMPLAR_ATTRIBUTE:
        scanAttribute(scan, scan.start, position)
        break
      default:
        passUnknown(scan, EXEMPLAR_FIELDS)
    }
  }
  cells.attributes[row] = attributes
  cells.attributeCount[row] = scan.attributes.length - attributes
}
