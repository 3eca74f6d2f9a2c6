/** Puts a data point onto the tape, or takes it off again with the reason why it can't be stored. */
import { METRIC_KINDS, type MetricTape, type PointColumns } from './metric-tape.ts'
import { FAULT } from './rejections.ts'
import type { RequestScan } from './request-scan.ts'
import { beginOwner, type OtlpScan, scanAttribute, setFault } from './scan-attributes.ts'
import { ABSENT } from './scan-ids.ts'
import {
  scanBounds,
  scanBucketCounts,
  scanExemplars,
  scanExponentialBuckets,
  scanQuantiles,
} from './scan-point-children.ts'
import { isTooEarly, isTooLate, type TimeBounds } from './time-bounds.ts'
import { FIXED64, knownFields, LEN, passUnknown, readField, tagOf, VARINT } from './wire/scan.ts'

// opentelemetry.proto.metrics.v1.*DataPoint: fields that all have
const START_TIME = tagOf(2, FIXED64)
const TIME = tagOf(3, FIXED64)

// NumberDataPoint
const AS_DOUBLE = tagOf(4, FIXED64)
const NUMBER_EXEMPLAR = tagOf(5, LEN)
const AS_INT = tagOf(6, FIXED64)
const NUMBER_ATTRIBUTE = tagOf(7, LEN)
const NUMBER_FLAGS = tagOf(8, VARINT)
const NUMBER_FIELDS = knownFields(2, 3, 4, 5, 6, 7, 8)

// HistogramDataPoint, ExponentialHistogramDataPoint, SummaryDataPoint
const COUNT = tagOf(4, FIXED64)
const SUM = tagOf(5, FIXED64)
const FLAGS = tagOf(10, VARINT)

// HistogramDataPoint
const HISTOGRAM_ATTRIBUTE = tagOf(9, LEN)
const BUCKET_COUNTS = tagOf(6, LEN)
const BUCKET_COUNT = tagOf(6, FIXED64)
const BOUNDS = tagOf(7, LEN)
const BOUND = tagOf(7, FIXED64)
const HISTOGRAM_EXEMPLAR = tagOf(8, LEN)
const HISTOGRAM_MIN = tagOf(11, FIXED64)
const HISTOGRAM_MAX = tagOf(12, FIXED64)
const HISTOGRAM_FIELDS = knownFields(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)

// ExponentialHistogramDataPoint
const EXPONENTIAL_ATTRIBUTE = tagOf(1, LEN)
const SCALE = tagOf(6, VARINT)
const ZERO_COUNT = tagOf(7, FIXED64)
const POSITIVE = tagOf(8, LEN)
const NEGATIVE = tagOf(9, LEN)
const EXPONENTIAL_EXEMPLAR = tagOf(11, LEN)
const EXPONENTIAL_MIN = tagOf(12, FIXED64)
const EXPONENTIAL_MAX = tagOf(13, FIXED64)
const ZERO_THRESHOLD = tagOf(14, FIXED64)
const EXPONENTIAL_FIELDS = knownFields(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)

// SummaryDataPoint
const QUANTILE = tagOf(6, LEN)
const SUMMARY_ATTRIBUTE = tagOf(7, LEN)
const SUMMARY_FLAGS = tagOf(8, VARINT)
const SUMMARY_FIELDS = knownFields(2, 3, 4, 5, 6, 7, 8)

/** As `ScanItem`, for a scan onto a {@link MetricTape}. @param metric its row */
export function scanPoint(
  scan: RequestScan,
  kind: number,
  metric: number,
  fault: number,
  at: number,
  end: number,
): number {
  const tape = scan.tape as MetricTape
  const { points, attributes, runs, quantiles, exemplars } = tape
  const row = points.add()
  const attributesBefore = attributes.length
  const runsBefore = runs.length
  const quantilesBefore = quantiles.length
  const exemplarsBefore = exemplars.length
  beginOwner(scan, fault)
  clearPoint(points, row, metric, attributesBefore)
  points.at.scope[row] = tape.metrics.at.scope[metric]!
  scanFields(scan, tape, kind, row, at, end)
  checkTimes(scan, points, row, scan.times)
  if (scan.fault !== 0) {
    points.length = row
    attributes.length = attributesBefore
    runs.length = runsBefore
    quantiles.length = quantilesBefore
    exemplars.length = exemplarsBefore
    scan.elements = scan.elementsFirst
  }
  return scan.fault
}

/** Absent for every field: cells still hold what an earlier request left. */
function clearPoint(points: PointColumns, row: number, metric: number, attributes: number): void {
  const cells = points.at
  cells.metric[row] = metric
  cells.time[row] = ABSENT
  cells.startTime[row] = ABSENT
  cells.value[row] = ABSENT
  cells.isInt[row] = 0
  cells.count[row] = ABSENT
  cells.sum[row] = ABSENT
  cells.min[row] = ABSENT
  cells.max[row] = ABSENT
  cells.flags[row] = 0
  cells.attributes[row] = attributes
  cells.attributeCount[row] = 0
  cells.bounds[row] = 0
  cells.boundRuns[row] = 0
  cells.counts[row] = 0
  cells.countRuns[row] = 0
  cells.negative[row] = 0
  cells.negativeRuns[row] = 0
  cells.positiveOffset[row] = 0
  cells.negativeOffset[row] = 0
  cells.scale[row] = 0
  cells.zeroCount[row] = ABSENT
  cells.zeroThreshold[row] = ABSENT
  cells.quantiles[row] = 0
  cells.quantileCount[row] = 0
  cells.exemplars[row] = 0
  cells.exemplarCount[row] = 0
}

/** The point's own fields and attributes first; what there may be several of is read from its first one on when those are complete. */
function scanFields(scan: OtlpScan, tape: MetricTape, kind: number, row: number, at: number, end: number): void {
  const { points } = tape
  if (kind === METRIC_KINDS.gauge || kind === METRIC_KINDS.sum) {
    const exemplars = scanNumber(scan, points, row, at, end)
    scanExemplars(scan, tape, row, NUMBER_EXEMPLAR, exemplars, end)
  } else if (kind === METRIC_KINDS.histogram) {
    const children = scanHistogram(scan, points, row, at, end)
    const bounds = scanBounds(scan, tape, row, children, end)
    const counts = scanBucketCounts(scan, tape, row, children, end)
    // "one greater than the number of elements in explicit_bounds", or both empty.
    if (counts !== bounds + 1 && counts + bounds > 0) setFault(scan, FAULT.buckets)
    scanExemplars(scan, tape, row, HISTOGRAM_EXEMPLAR, children, end)
  } else if (kind === METRIC_KINDS.exponential_histogram) {
    const children = scanExponential(scan, points, row, at, end)
    scanExponentialBuckets(scan, tape, row, children, end)
    scanExemplars(scan, tape, row, EXPONENTIAL_EXEMPLAR, children, end)
  } else scanQuantiles(scan, tape, row, scanSummary(scan, points, row, at, end), end)
}

/** @returns where the first exemplar stands, `end` without one */
function scanNumber(scan: OtlpScan, points: PointColumns, row: number, at: number, end: number): number {
  const cells = points.at
  let children = end
  let position = at
  while (position < end) {
    const field = position
    position = readField(scan, position, end)
    switch (scan.tag) {
      case START_TIME:
        cells.startTime[row] = scan.start
        break
      case TIME:
        cells.time[row] = scan.start
        break
      case AS_DOUBLE:
        cells.value[row] = scan.start
        cells.isInt[row] = 0
        break
      case AS_INT:
        cells.value[row] = scan.start
        cells.isInt[row] = 1
        break
      case NUMBER_ATTRIBUTE:
        scanAttribute(scan, scan.start, position)
        break
      case NUMBER_FLAGS:
        cells.flags[row] = scan.value
        break
      case NUMBER_EXEMPLAR:
        if (children === end) children = field
        break
      default:
        passUnknown(scan, NUMBER_FIELDS)
    }
  }
  cells.attributeCount[row] = scan.attributes.length - scan.attributesFirst
  return children
}

/** @returns where the first bucket, bound or exemplar stands */
function scanHistogram(scan: OtlpScan, points: PointColumns, row: number, at: number, end: number): number {
  const cells = points.at
  let children = end
  let position = at
  while (position < end) {
    const field = position
    position = readField(scan, position, end)
    switch (scan.tag) {
      case HISTOGRAM_ATTRIBUTE:
        scanAttribute(scan, scan.start, position)
        break
      case HISTOGRAM_MIN:
        cells.min[row] = scan.start
        break
      case HISTOGRAM_MAX:
        cells.max[row] = scan.start
        break
      case FLAGS:
        cells.flags[row] = scan.value
        break
      case BUCKET_COUNTS:
      case BUCKET_COUNT:
      case BOUNDS:
      case BOUND:
      case HISTOGRAM_EXEMPLAR:
        if (children === end) children = field
        break
      default:
        scanTotals(scan, points, row, HISTOGRAM_FIELDS)
    }
  }
  cells.attributeCount[row] = scan.attributes.length - scan.attributesFirst
  return children
}

/** @returns where the first bucket or exemplar stands */
function scanExponential(scan: OtlpScan, points: PointColumns, row: number, at: number, end: number): number {
  const cells = points.at
  let children = end
  let position = at
  while (position < end) {
    const field = position
    position = readField(scan, position, end)
    switch (scan.tag) {
      case EXPONENTIAL_ATTRIBUTE:
        scanAttribute(scan, scan.start, position)
        break
      case SCALE:
        cells.scale[row] = (scan.value >>> 1) ^ -(scan.value & 1)
        break
      case ZERO_COUNT:
        cells.zeroCount[row] = scan.start
        break
      case ZERO_THRESHOLD:
        cells.zeroThreshold[row] = scan.start
        break
      case EXPONENTIAL_MIN:
        cells.min[row] = scan.start
        break
      case EXPONENTIAL_MAX:
        cells.max[row] = scan.start
        break
      case FLAGS:
        cells.flags[row] = scan.value
        break
      case POSITIVE:
      case NEGATIVE:
      case EXPONENTIAL_EXEMPLAR:
        if (children === end) children = field
        break
      default:
        scanTotals(scan, points, row, EXPONENTIAL_FIELDS)
    }
  }
  cells.attributeCount[row] = scan.attributes.length - scan.attributesFirst
  return children
}

/** @returns where the first quantile stands */
function scanSummary(scan: OtlpScan, points: PointColumns, row: number, at: number, end: number): number {
  let children = end
  let position = at
  while (position < end) {
    const field = position
    position = readField(scan, position, end)
    switch (scan.tag) {
      case SUMMARY_ATTRIBUTE:
        scanAttribute(scan, scan.start, position)
        break
      case SUMMARY_FLAGS:
        points.at.flags[row] = scan.value
        break
      case QUANTILE:
        if (children === end) children = field
        break
      default:
        scanTotals(scan, points, row, SUMMARY_FIELDS)
    }
  }
  points.at.attributeCount[row] = scan.attributes.length - scan.attributesFirst
  return children
}

/** The field that was just read, one of those that distributions of every kind have. */
function scanTotals(scan: OtlpScan, points: PointColumns, row: number, known: number): void {
  const cells = points.at
  switch (scan.tag) {
    case START_TIME:
      cells.startTime[row] = scan.start
      break
    case TIME:
      cells.time[row] = scan.start
      break
    case COUNT:
      cells.count[row] = scan.start
      break
    case SUM:
      cells.sum[row] = scan.start
      break
    default:
      passUnknown(scan, known)
  }
}

function checkTimes(scan: OtlpScan, points: PointColumns, row: number, times: TimeBounds): void {
  const time = points.at.time[row]!
  if (time === ABSENT || isTooEarly(scan.view, time, times) || isTooLate(scan.view, time, times)) {
    setFault(scan, FAULT.point_time)
  }
  const start = points.at.startTime[row]!
  if (start !== ABSENT && isTooLate(scan.view, start, times)) setFault(scan, FAULT.start_ahead)
}
