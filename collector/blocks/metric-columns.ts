/** For every column of `metric_points`: where its cells come from. How they are written follows from the column's type. */
import type { METRIC_POINTS } from '@runlens/clickhouse'
import type { Document } from './document.ts'
import { int64 } from './fixed-columns.ts'
import type { MetricCells } from './metric-cells.ts'
import type { MetricDocuments } from './metric-documents.ts'
import type { PointFigures } from './point-figures.ts'
import type { Level, Source as SourceOf } from './sources.ts'

type Source = SourceOf<MetricCells>

const document = (level: Level, choose: (documents: MetricDocuments) => Document): Source => ({
  level,
  kind: 'document',
  document: ({ documents }) => choose(documents),
})

const double = (name: 'value' | 'sum' | 'min' | 'max'): Source => ({
  level: 'item',
  kind: 'double',
  doubles: ({ documents }) => documents.figures[name] satisfies PointFigures[typeof name],
})

const fixed64 = (name: 'time' | 'startTime' | 'count'): Source => ({
  level: 'item',
  kind: 'bytes',
  starts: ({ tape }) => tape.points.at[name],
})

/** A column of `METRIC_POINTS` that is missing here does not compile. */
export const METRIC_SOURCES: Readonly<Record<keyof (typeof METRIC_POINTS)['columns'], Source>> = {
  tenant: { level: 'item', kind: 'constant', bytes: ({ tenant }) => tenant },
  received_at: { level: 'item', kind: 'constant', bytes: ({ receivedAtMs }) => int64(receivedAtMs) },
  metric: { level: 'item', kind: 'text', texts: ({ documents }) => documents.names },
  service: { level: 'resource', kind: 'text', texts: ({ documents }) => documents.service },
  series: { level: 'item', kind: 'int64', numbers: ({ documents }) => documents.series.hashes },
  time: fixed64('time'),
  start_time: fixed64('startTime'),
  kind: { level: 'item', kind: 'number', numbers: ({ documents }) => documents.kinds },
  value: double('value'),
  count: fixed64('count'),
  sum: double('sum'),
  min: double('min'),
  max: double('max'),
  series_json: document('item', ({ ofSeries }) => ofSeries),
  metric_json: document('item', ({ ofMetric }) => ofMetric),
  point_json: document('item', ({ ofPoint }) => ofPoint),
  scope_json: document('scope', ({ scope }) => scope),
  resource_json: document('resource', ({ resource }) => resource),
}
