/** From an indexed and mapped request to Native blocks of `spans`. */
import { SPANS } from '@runlens/clickhouse'
import { type Block, BlockBuilder, type BlockRoom, blockRoom } from './block-builder.ts'
import { dataView, plain } from './byte-buffer.ts'
import type { ColumnStage, RowNumbers } from './sources.ts'
import type { SpanCells, SpanInput } from './span-cells.ts'
import { SPAN_SOURCES } from './span-columns.ts'
import { type DocumentRoom, SpanDocuments } from './span-documents.ts'
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

/** @param compiled who writes columns that lie in the memory of the compiled stages, and where there */
export function createSpanBlockBuilder(compiled?: {
  columns: ColumnStage
  room: BlockRoom & { documents: DocumentRoom }
}): SpanBlockBuilder {
  const blocks = new BlockBuilder<SpanCells>(SPANS.name, COLUMNS, compiled?.room ?? blockRoom(1024 * 1024))
  const documents = new SpanDocuments(compiled?.room.documents)
  return {
    build(input, kept) {
      const { buffer, spans } = input.tape
      const cells: SpanCells = {
        ...input,
        bytes: plain(buffer),
        data: dataView(buffer),
        made: input.mapped.texts,
        documents,
        columns: compiled?.columns,
      }
      documents.prepare(cells)
      return blocks.build(cells, { scope: spans.at.scope, time: spans.at.startTime }, kept)
    },
  }
}
