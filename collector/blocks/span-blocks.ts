/** From an indexed and mapped request to Native blocks of `spans`. */
import { SPANS } from '@runlens/clickhouse'
import { type Block, BlockBuilder } from './block-builder.ts'
import { dataView, plain } from './byte-buffer.ts'
import type { RowNumbers } from './sources.ts'
import type { SpanCells, SpanInput } from './span-cells.ts'
import { SPAN_SOURCES } from './span-columns.ts'
import { SpanDocuments } from './span-documents.ts'
import { blockColumn } from './write-column.ts'

const NAMES = Object.keys(SPANS.columns) as (keyof typeof SPANS.columns)[]
const COLUMNS = NAMES.map((name) => blockColumn(name, SPANS.columns[name], SPAN_SOURCES[name]))

export interface SpanBlockBuilder {
  /**
   * Blocks of the spans `kept` of the input's tape, as `BlockBuilder.build`.
   * @param kept span numbers of the tape, ascending
   */
  build(input: SpanInput, kept: RowNumbers): Block[]
}

export function createSpanBlockBuilder(): SpanBlockBuilder {
  const blocks = new BlockBuilder<SpanCells>(SPANS.name, COLUMNS, 1024 * 1024)
  const documents = new SpanDocuments()
  return {
    build(input, kept) {
      const { buffer, spans } = input.tape
      const cells = { ...input, bytes: plain(buffer), data: dataView(buffer), made: input.mapped.texts, documents }
      documents.prepare(cells)
      return blocks.build(cells, { scope: spans.at.scope, time: spans.at.startTime }, kept)
    },
  }
}
