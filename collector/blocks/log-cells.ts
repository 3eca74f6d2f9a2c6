/** What blocks of logs are made of. */
import type { LogTape } from '@runlens/otlp'
import type { LogDocuments } from './log-documents.ts'
import type { BlockInput, Cells } from './sources.ts'

export interface LogInput extends BlockInput {
  tape: LogTape
}

export interface LogCells extends Cells, LogInput {
  tape: LogTape
  documents: LogDocuments
}

/** What documents of log records are made of. */
export type LogDocumentInput = Omit<LogCells, 'documents'>
