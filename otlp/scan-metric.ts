/** Puts a metric and its data points onto the tape. A metric is here only with a point that stays. */
import { beginItem, endItem } from './count-items.ts'
import { METRIC_KINDS, type MetricColumns, type MetricTape } from './metric-tape.ts'
import { FAULT } from './rejections.ts'
import type { RequestScan } from './request-scan.ts'
import { beginOwner, checkText, scanAttribute, setFault } from './scan-attributes.ts'
import { ABSENT } from './scan-ids.ts'
import { scanPoint } from './scan-point.ts'
import { enumNumber, knownFields, LEN, passUnknown, readField, tagOf, VARINT } from './wire/scan.ts'

// opentelemetry.proto.metrics.v1.Metric
const NAME = tagOf(1, LEN)
const DESCRIPTION = tagOf(2, LEN)
const UNIT = tagOf(3, LEN)
const METADATA = tagOf(12, LEN)
const METRIC_FIELDS = knownFields(1, 2, 3, 5, 7, 9, 10, 11, 12)

// Gauge, Sum, Histogram, ExponentialHistogram, Summary: alike but for what some of them lack.
const POINT = tagOf(1, LEN)
const TEMPORALITY = tagOf(2, VARINT)
const MONOTONIC = tagOf(3, VARINT)

interface Data {
  kind: number
  /** Fields that its message knows. */
  known: number
}

/** By tag in the metric. */
const DATA: Readonly<Record<number, Data>> = {
  [tagOf(5, LEN)]: { kind: METRIC_KINDS.gauge, known: knownFields(1) },
  [tagOf(7, LEN)]: { kind: METRIC_KINDS.sum, known: knownFields(1, 2, 3) },
  [tagOf(9, LEN)]: { kind: METRIC_KINDS.histogram, known: knownFields(1, 2) },
  [tagOf(10, LEN)]: { kind: METRIC_KINDS.exponential_histogram, known: knownFields(1, 2) },
  [tagOf(11, LEN)]: { kind: METRIC_KINDS.summary, known: knownFields(1) },
}

/** As `Items.scanMember`, for a scan onto a {@link MetricTape}. What it says of itself first, wherever it stands; then its data. */
export function scanMetric(scan: RequestScan, scope: number, ownerFault: number, at: number, end: number): void {
  const { metrics, points, attributes } = scan.tape as MetricTape
  const attributesBefore = attributes.length
  const pointsBefore = points.length
  let row = metrics.add()
  beginOwner(scan, ownerFault)
  clearMetric(metrics, row, scope, attributesBefore)
  const firstData = scanDescription(scan, metrics, row, at, end)
  const { fault } = scan
  let stored = pointsBefore
  for (let position = firstData; position < end; ) {
    position = readField(scan, position, end)
    const data = DATA[scan.tag]
    if (data === undefined) continue
    // A metric should have one kind of data. Of one with several each is kept, as a metric of its own.
    if (points.length > stored) row = copied(metrics, row)
    stored = points.length
    scanData(scan, row, data, fault, scan.start, position)
  }
  if (points.length === stored) metrics.length = row
  if (points.length === pointsBefore) attributes.length = attributesBefore
}

function clearMetric(metrics: MetricColumns, row: number, scope: number, attributes: number): void {
  const cells = metrics.at
  cells.scope[row] = scope
  cells.nameStart[row] = ABSENT
  cells.nameEnd[row] = ABSENT
  cells.descriptionStart[row] = ABSENT
  cells.descriptionEnd[row] = ABSENT
  cells.unitStart[row] = ABSENT
  cells.unitEnd[row] = ABSENT
  cells.attributes[row] = attributes
  cells.attributeCount[row] = 0
}

function copied(metrics: MetricColumns, row: number): number {
  const copy = metrics.add()
  for (const cells of Object.values(metrics.at)) cells[copy] = cells[row]!
  return copy
}

/** Reads everything but the data, and answers where that begins. */
function scanDescription(scan: RequestScan, metrics: MetricColumns, row: number, at: number, end: number): number {
  const cells = metrics.at
  let firstData = end
  let position = at
  while (position < end) {
    const field = position
    position = readField(scan, position, end)
    switch (scan.tag) {
      case NAME:
        cells.nameStart[row] = scan.start
        cells.nameEnd[row] = scan.stop
        checkText(scan)
        break
      case DESCRIPTION:
        cells.descriptionStart[row] = scan.start
        cells.descriptionEnd[row] = scan.stop
        checkText(scan)
        break
      case UNIT:
        cells.unitStart[row] = scan.start
        cells.unitEnd[row] = scan.stop
        checkText(scan)
        break
      case METADATA:
        scanAttribute(scan, scan.start, position)
        break
      default:
        if (DATA[scan.tag] === undefined) passUnknown(scan, METRIC_FIELDS)
        else if (firstData === end) firstData = field
    }
  }
  cells.attributeCount[row] = scan.attributes.length - scan.attributesFirst
  if (cells.nameEnd[row] === cells.nameStart[row]) setFault(scan, FAULT.metric_name)
  return firstData
}

/** What holds for all points first, wherever it stands; then the points. */
function scanData(
  scan: RequestScan,
  metric: number,
  { kind, known }: Data,
  fault: number,
  at: number,
  end: number,
): void {
  const cells = (scan.tape as MetricTape).metrics.at
  cells.kind[metric] = kind
  cells.temporality[metric] = 0
  cells.monotonic[metric] = 0
  let firstPoint = end
  for (let position = at; position < end; ) {
    const field = position
    position = readField(scan, position, end)
    if (scan.tag === POINT) {
      if (firstPoint === end) firstPoint = field
    } else if (scan.tag === TEMPORALITY && known & (1 << 2)) cells.temporality[metric] = enumNumber(scan)
    else if (scan.tag === MONOTONIC && known & (1 << 3))
      cells.monotonic[metric] = (scan.value | scan.high) === 0 ? 0 : 1
    else passUnknown(scan, known)
  }
  for (let position = firstPoint; position < end; ) {
    position = readField(scan, position, end)
    if (scan.tag !== POINT) continue
    const ordinal = beginItem(scan)
    endItem(scan, ordinal, scanPoint(scan, kind, metric, fault, scan.start, position))
  }
}
