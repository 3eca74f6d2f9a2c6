/** From an indexed request of logs to Native blocks of `logs`. */
import { LOGS } from '@runlens/clickhouse'
import { type Block, BlockBuilder, blockRoom } from './block-builder.ts'
import { dataView, plain } from './byte-buffer.ts'
import type { LogCells, LogInput } from './log-cells.ts'
import { LOG_SOURCES } from './log-columns.ts'
import { LogDocuments } from './log-documents.ts'
import type { RowNumbers } from './sources.ts'
import { blockColumn } from './write-column.ts'

const NAMES = Object.keys(LOGS.columns) as (keyof typeof LOGS.columns)[]
const COLUMNS = NAMES.map((name) => blockColumn(name, LOGS.columns[name], LOG_SOURCES[name]))

export interface LogBlockBuilder {
  /** Blocks of the records `kept` of the input's tape, as `BlockBuilder.build`. */
  build(input: LogInput, kept: RowNumbers): Block[]
}

export function createLogBlockBuilder(): LogBlockBuilder {
  const blocks = new BlockBuilder<LogCells>(LOGS.name, COLUMNS, blockRoom(64 * 1024))
  const documents = new LogDocuments()
  return {
    build(input, kept) {
      const { buffer, logs } = input.tape
      const cells: LogCells = { ...input, bytes: plain(buffer), data: dataView(buffer), made: [], documents }
      documents.prepare(cells)
      cells.made = documents.made
      return blocks.build(cells, { scope: logs.at.scope, time: logs.at.time }, kept)
    },
  }
}
