/** From an indexed request of metrics to Native blocks of `metric_points`. */
import { METRIC_POINTS } from '@runlens/clickhouse'
import { type Block, BlockBuilder, blockRoom } from './block-builder.ts'
import { dataView, plain } from './byte-buffer.ts'
import type { MetricCells, MetricInput } from './metric-cells.ts'
import { METRIC_SOURCES } from './metric-columns.ts'
import { MetricDocuments } from './metric-documents.ts'
import type { RowNumbers } from './sources.ts'
import { blockColumn } from './write-column.ts'

const NAMES = Object.keys(METRIC_POINTS.columns) as (keyof typeof METRIC_POINTS.columns)[]
const COLUMNS = NAMES.map((name) => blockColumn(name, METRIC_POINTS.columns[name], METRIC_SOURCES[name]))

export interface MetricBlockBuilder {
  /** Blocks of the points `kept` of the input's tape, as `BlockBuilder.build`. */
  build(input: MetricInput, kept: RowNumbers): Block[]
}

export function createMetricBlockBuilder(): MetricBlockBuilder {
  const blocks = new BlockBuilder<MetricCells>(METRIC_POINTS.name, COLUMNS, blockRoom(64 * 1024))
  const documents = new MetricDocuments()
  return {
    build(input, kept) {
      const { buffer, points } = input.tape
      const cells: MetricCells = { ...input, bytes: plain(buffer), data: dataView(buffer), made: [], documents }
      documents.prepare(cells)
      return blocks.build(cells, { scope: points.at.scope, time: points.at.time }, kept)
    },
  }
}
