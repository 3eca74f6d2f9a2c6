/** The tape of a request of metrics; offsets and ranges as on every tape. */
import { Columns, Tape } from './tape.ts'

/** What a metric's data is, in the order of the table's Enum8. */
export const METRIC_KINDS = { gauge: 1, sum: 2, histogram: 3, exponential_histogram: 4, summary: 5 } as const

/** Bit of a point's flags: nothing was recorded, whatever value it names. */
export const NO_RECORDED_VALUE = 1

const METRIC_FIELDS = [
  'scope',
  'nameStart',
  'nameEnd',
  'descriptionStart',
  'descriptionEnd',
  'unitStart',
  'unitEnd',
  /** One of {@link METRIC_KINDS}. */
  'kind',
  /** OTLP AggregationTemporality: 0 unspecified, 1 delta, 2 cumulative. */
  'temporality',
  'monotonic',
  /** Its metadata. */
  'attributes',
  'attributeCount',
] as const

const POINT_FIELDS = [
  'scope',
  'metric',
  /** Start of the fixed64 in nanoseconds since the epoch. */
  'time',
  /** The same; -1 or a value of 0 where unknown. */
  'startTime',
  /** Start of eight bytes, a double or, where `isInt`, a signed integer; -1 without a value. */
  'value',
  'isInt',
  /** Start of the fixed64; -1 stands for 0. */
  'count',
  /** Start of the double; -1 where absent. */
  'sum',
  'min',
  'max',
  'flags',
  'attributes',
  'attributeCount',
  /** Runs of doubles: explicit bounds. */
  'bounds',
  'boundRuns',
  /** Runs of fixed64: counts of explicit buckets. Of an exponential histogram runs of varints: counts of the positive range. */
  'counts',
  'countRuns',
  /** Runs of varints: counts of the negative range. */
  'negative',
  'negativeRuns',
  'positiveOffset',
  'negativeOffset',
  'scale',
  /** Start of the fixed64; -1 stands for 0. */
  'zeroCount',
  /** Start of the double; -1 stands for 0. */
  'zeroThreshold',
  'quantiles',
  'quantileCount',
  'exemplars',
  'exemplarCount',
] as const

/** Numbers of one encoding side by side; a repeated field is one run or, written in pieces, several. */
const RUN_FIELDS = ['start', 'end'] as const

/** Starts of doubles; -1 stands for 0. */
const QUANTILE_FIELDS = ['quantile', 'value'] as const

const EXEMPLAR_FIELDS = [
  'time',
  'value',
  'isInt',
  /** Start of 16 raw bytes; -1 where absent or none. */
  'traceId',
  /** Start of 8 raw bytes; likewise. */
  'spanId',
  'attributes',
  'attributeCount',
] as const

export type MetricColumns = Columns<(typeof METRIC_FIELDS)[number]>
export type PointColumns = Columns<(typeof POINT_FIELDS)[number]>
export type RunColumns = Columns<(typeof RUN_FIELDS)[number]>
export type QuantileColumns = Columns<(typeof QUANTILE_FIELDS)[number]>
export type ExemplarColumns = Columns<(typeof EXEMPLAR_FIELDS)[number]>

/** One request of metrics, indexed. A resource, scope or metric is here only with a data point. */
export class MetricTape extends Tape {
  readonly metrics = new Columns(METRIC_FIELDS, 64)
  readonly points = new Columns(POINT_FIELDS, 256)
  readonly runs = new Columns(RUN_FIELDS, 256)
  readonly quantiles = new Columns(QUANTILE_FIELDS, 64)
  readonly exemplars = new Columns(EXEMPLAR_FIELDS, 64)

  constructor() {
    super(4_096)
  }

  children(): number {
    return this.runs.length + this.quantiles.length + this.exemplars.length
  }

  override reset(buffer: Buffer): void {
    super.reset(buffer)
    this.metrics.clear()
    this.points.clear()
    this.runs.clear()
    this.quantiles.clear()
    this.exemplars.clear()
  }
}
