/** What blocks of metrics are made of. */
import type { MetricTape } from '@runlens/otlp'
import type { MetricDocuments } from './metric-documents.ts'
import type { BlockInput, Cells } from './sources.ts'

export interface MetricInput extends BlockInput {
  tape: MetricTape
}

export interface MetricCells extends Cells, MetricInput {
  tape: MetricTape
  documents: MetricDocuments
}

/** What documents of metrics are made of. */
export type MetricDocumentInput = Omit<MetricCells, 'documents'>
