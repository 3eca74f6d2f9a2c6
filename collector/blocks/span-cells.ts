/** What blocks of spans are made of. */
import type { MappedSpans } from '@runlens/mapping'
import type { TraceTape } from '@runlens/otlp'
import type { BlockInput, Cells } from './sources.ts'
import type { SpanDocuments } from './span-documents.ts'

export interface SpanInput extends BlockInput {
  tape: TraceTape
  mapped: MappedSpans
}

/** Of markers (`MarkerSpans` of the mapping): what each tells, and of which moment. */
export interface MarkerCells {
  kinds: Uint8Array
  recordedAt: BigInt64Array
}

export interface SpanCells extends Cells, SpanInput {
  tape: TraceTape
  documents: SpanDocuments
  /** There if the spans are markers. */
  markers?: MarkerCells
}

/** What documents of spans are made of. */
export type DocumentInput = Omit<SpanCells, 'documents'>
