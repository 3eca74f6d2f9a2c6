/** Everything about the points of a request that is not on their tape as it rests: documents, figures, hashes, and what their metrics say. */
import { NO_TEXT, type TextColumn } from '@runlens/mapping'
import { AttributeWriter, Document, memberName } from './document.ts'
import { writeNumber, writeText } from './members.ts'
import type { MetricDocumentInput } from './metric-cells.ts'
import { ParentDocuments, writeAttributes } from './parent-documents.ts'
import { PointDocuments } from './point-documents.ts'
import { PointFigures } from './point-figures.ts'
import { SeriesHashes } from './series-hashes.ts'
import { serviceNames } from './service-names.ts'

const UNIT = memberName('unit')
const DESCRIPTION = memberName('description')
const TEMPORALITY = memberName('temporality')
const MONOTONIC = memberName('monotonic')

/** Reused from request to request. */
export class MetricDocuments {
  private readonly writer = new AttributeWriter()
  private readonly ofParents = new ParentDocuments(this.writer)
  private readonly points = new PointDocuments(this.writer)
  private readonly metrics = new Document()
  readonly series = new SeriesHashes()
  readonly figures = new PointFigures()
  readonly scope = this.ofParents.scope
  readonly resource = this.ofParents.resource
  readonly ofSeries = this.points.series
  readonly ofPoint = this.points.point
  /** That of its metric for each point. */
  readonly ofMetric = new Document(this.metrics.out)
  /** By point. */
  names: TextColumn = { starts: new Int32Array(256), ends: new Int32Array(256) }
  kinds = new Uint8Array(256)
  /** By resource. */
  service: TextColumn = { starts: new Int32Array(16), ends: new Int32Array(16) }

  prepare(input: MetricDocumentInput): void {
    this.writer.prepare(input)
    this.ofParents.prepare(input)
    this.points.prepare(input)
    this.figures.prepare(input)
    this.series.prepare(input.tape)
    this.writeMetrics(input)
    this.spread(input)
    this.service = serviceNames(input.tape, this.service)
  }

  private writeMetrics({ tape, bytes, data }: MetricDocumentInput): void {
    const { at, length } = tape.metrics
    const { metrics } = this
    metrics.clear(length)
    for (let row = 0; row < length; row++) {
      metrics.begin(row)
      writeText(metrics, UNIT, bytes, data, at.unitStart[row]!, at.unitEnd[row]!)
      writeText(metrics, DESCRIPTION, bytes, data, at.descriptionStart[row]!, at.descriptionEnd[row]!)
      writeNumber(metrics, TEMPORALITY, at.temporality[row]!)
      writeNumber(metrics, MONOTONIC, at.monotonic[row]!)
      writeAttributes(metrics, this.writer, at, row)
      metrics.end(row)
    }
  }

  /** What a metric says, for each of its points. */
  private spread({ tape }: MetricDocumentInput): void {
    const { at, length } = tape.points
    const { metrics, ofMetric } = this
    const ofMetrics = tape.metrics.at
    ofMetric.makeRoom(length)
    if (length > this.kinds.length) {
      this.kinds = new Uint8Array(length * 2)
      this.names = { starts: new Int32Array(length * 2), ends: new Int32Array(length * 2) }
    }
    for (let row = 0; row < length; row++) {
      const metric = at.metric[row]!
      this.kinds[row] = ofMetrics.kind[metric]!
      this.names.starts[row] = ofMetrics.nameStart[metric]!
      this.names.ends[row] = ofMetrics.nameEnd[metric]!
      ofMetric.starts[row] = metrics.starts[metric] ?? NO_TEXT
      ofMetric.ends[row] = metrics.ends[metric]!
    }
  }
}
