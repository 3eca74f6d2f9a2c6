/** What data points say beside their figures: attributes and bounds, which a series repeats; buckets, quantiles and exemplars, which it does not. */
import { METRIC_KINDS } from '@runlens/otlp'
import type { ByteBuffer } from './byte-buffer.ts'
import { type AttributeWriter, Document, type MemberName, memberName } from './document.ts'
import { writeNumber as writeJsonNumber, writeUint64 } from './json-writer.ts'
import { writeNumber } from './members.ts'
import type { MetricDocumentInput } from './metric-cells.ts'
import { RunWriter } from './number-runs.ts'
import { writeAttributes } from './parent-documents.ts'
import { int64Near } from './point-figures.ts'
import { writeExemplars } from './write-exemplars.ts'

const BOUNDS = memberName('explicit_bounds')
const FLAGS = memberName('flags')
const VALUE_INT = memberName('value_int')
const BUCKET_COUNTS = memberName('bucket_counts')
const SCALE = memberName('scale')
const ZERO_COUNT = memberName('zero_count')
const ZERO_THRESHOLD = memberName('zero_threshold')
const POSITIVE_OFFSET = memberName('positive_offset')
const POSITIVE_COUNTS = memberName('positive_counts')
const NEGATIVE_OFFSET = memberName('negative_offset')
const NEGATIVE_COUNTS = memberName('negative_counts')
const QUANTILES = memberName('quantiles')
const QUANTILE_VALUES = memberName('quantile_values')
const EXEMPLARS = memberName('exemplars')

const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c

export class PointDocuments {
  readonly series = new Document()
  readonly point = new Document()
  private readonly runs = new RunWriter()
  private input!: MetricDocumentInput

  constructor(private readonly writer: AttributeWriter) {}

  prepare(input: MetricDocumentInput): void {
    this.input = input
    this.runs.prepare(input)
    const { points } = input.tape
    const { series, point, runs } = this
    const { at } = points
    series.clear(points.length)
    point.clear(points.length)
    for (let row = 0; row < points.length; row++) {
      series.begin(row)
      writeAttributes(series, this.writer, at, row)
      if (at.boundRuns[row]! > 0) runs.doubles(series.member(BOUNDS), at.bounds[row]!, at.boundRuns[row]!)
      series.end(row)
      point.begin(row)
      this.writePoint(row)
      point.end(row)
    }
  }

  private writePoint(row: number): void {
    const { point, runs, input } = this
    const { tape } = input
    const { at } = tape.points
    writeNumber(point, FLAGS, at.flags[row]!)
    switch (tape.metrics.at.kind[at.metric[row]!]) {
      case METRIC_KINDS.histogram:
        if (at.countRuns[row]! > 0) runs.fixed64s(point.member(BUCKET_COUNTS), at.counts[row]!, at.countRuns[row]!)
        break
      case METRIC_KINDS.exponential_histogram:
        this.writeExponential(row)
        break
      case METRIC_KINDS.summary:
        if (at.quantileCount[row]! > 0) this.writeQuantiles(row)
        break
      default:
        if (at.isInt[row] === 1) this.writeInt(at.value[row]!)
    }
    if (at.exemplarCount[row]! > 0) {
      writeExemplars(point.member(EXEMPLARS), this.writer, input, at.exemplars[row]!, at.exemplarCount[row]!)
    }
  }

  /** In decimal, where the double is not exact. */
  private writeInt(start: number): void {
    const { data } = this.input
    if (Number.isSafeInteger(int64Near(data, start))) return
    this.point.member(VALUE_INT).utf8(`"${data.getBigInt64(start, true)}"`)
  }

  private writeExponential(row: number): void {
    const { point, runs, input } = this
    const { data } = input
    const { at } = input.tape.points
    writeSigned(point, SCALE, at.scale[row]!)
    const zeros = at.zeroCount[row]!
    if (zeros >= 0) writeUint64(point.member(ZERO_COUNT), data.getInt32(zeros, true), data.getInt32(zeros + 4, true))
    const threshold = at.zeroThreshold[row]!
    if (threshold >= 0) writeJsonNumber(point.member(ZERO_THRESHOLD), data.getFloat64(threshold, true))
    writeSigned(point, POSITIVE_OFFSET, at.positiveOffset[row]!)
    if (at.countRuns[row]! > 0) runs.varints(point.member(POSITIVE_COUNTS), at.counts[row]!, at.countRuns[row]!)
    writeSigned(point, NEGATIVE_OFFSET, at.negativeOffset[row]!)
    if (at.negativeRuns[row]! > 0) runs.varints(point.member(NEGATIVE_COUNTS), at.negative[row]!, at.negativeRuns[row]!)
  }

  private writeQuantiles(row: number): void {
    const { point, input } = this
    const { at } = input.tape.points
    const cells = input.tape.quantiles.at
    const first = at.quantiles[row]!
    const end = first + at.quantileCount[row]!
    writeDoubles(point.member(QUANTILES), input.data, cells.quantile, first, end)
    writeDoubles(point.member(QUANTILE_VALUES), input.data, cells.value, first, end)
  }
}

function writeSigned(document: Document, name: MemberName, value: number): void {
  if (value > 0) writeNumber(document, name, value)
  else if (value < 0) document.member(name).utf8(String(value))
}

/** Doubles at `starts`; -1 stands for 0. */
function writeDoubles(out: ByteBuffer, data: DataView, starts: Int32Array, first: number, end: number): void {
  out.byte(OPEN)
  for (let i = first; i < end; i++) {
    if (i > first) out.byte(COMMA)
    writeJsonNumber(out, starts[i]! < 0 ? 0 : data.getFloat64(starts[i]!, true))
  }
  out.byte(CLOSE)
}
