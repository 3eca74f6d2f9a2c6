/** Where the cells of a column come from: typed arrays of the tape and the mapping, read row by row through row numbers. */
import type { TextColumn } from '@runlens/mapping'
import type { Tape } from '@runlens/otlp'
import type { AttributeValues } from './attribute-values.ts'
import type { ByteBuffer } from './byte-buffer.ts'
import type { Document, MemberName } from './document.ts'

/** What one block is made of, whatever its items are. */
export interface BlockInput {
  tape: Tape
  values: AttributeValues
  tenant: Uint8Array
  receivedAtMs: number
}

/** The same, with the tape's bytes as a plain array: reading and viewing a Buffer is slower. */
export interface Cells extends BlockInput {
  bytes: Uint8Array
  /** The same again, to read four at a time. */
  data: DataView
  /** Texts that a start below `NO_TEXT` names, as in `MappedSpans`. */
  made: readonly Uint8Array[]
  /** There if columns may lie in the memory of the compiled stages. */
  columns?: ColumnStage | undefined
}

/** Rows by what is equal among them: see `RowClasses`. Valid until the next ones. */
export interface Classes {
  /** The number of each row's class. */
  of: Int32Array
  /** The first row of each class. */
  firsts: ArrayLike<number>
  /** Classes. */
  count: number
}

/** Texts that are members of documents, by name. */
export interface NamedTexts extends TextColumn {
  name: MemberName
}

/** Figures that are members of documents, by name; NaN for none. */
export interface NamedFigures {
  name: MemberName
  values: Float64Array
}

/** Does with columns what TypeScript does, where they lie in the memory of the compiled stages; elsewhere it does nothing, and tells. */
export interface ColumnStage {
  /** As `AttributeShapes` numbers shapes. */
  shapes(length: number, input: Pick<Cells, 'data' | 'values'>): Classes | undefined
  /** Takes texts for {@link labels} and {@link putTexts}; gives whether it did. */
  placeTexts(length: number, texts: readonly NamedTexts[], input: Cells): boolean
  /** Opens the document of one row with the texts that it has; gives the length of `out` then, -1 where it did not. */
  putTexts(out: ByteBuffer, row: number): number
  /** Writes the documents of all rows, of the texts that are placed and of whole figures. @returns whether they are written */
  documents(document: Document, length: number, figures: readonly NamedFigures[]): boolean
  /** String rows of texts that start at `starts` of `source`. @returns whether they are written */
  strings(out: ByteBuffer, rows: RowNumbers, source: Uint8Array, starts: Int32Array, ends: Int32Array): boolean
  /** Classes of rows of which the shape, all texts that are placed and all of these are equal. {@link shapes} come first. */
  labels(length: number, numbers: readonly Numbers[]): Classes | undefined
  /** Classes of rows of a block, by their place in it, by a text of the tape. */
  texts(rows: RowNumbers, starts: Int32Array, ends: Int32Array, data: DataView): Classes | undefined
  /** @returns whether they are written */
  bytes(out: ByteBuffer, rows: RowNumbers, starts: Int32Array, width: number, input: Cells): boolean
  /** @returns whether they are written */
  values(out: ByteBuffer, rows: RowNumbers, owners: AttributeRange, input: Cells): boolean
}

/** Which table of the tape a row number points into. */
export type Level = 'item' | 'scope' | 'resource'

export type Numbers = Int32Array | Uint8Array | Uint16Array

/** Doubles by row; where `isNull` is 1 there is none. */
export interface NullableDoubles {
  values: Float64Array
  isNull: Uint8Array
}

/** A range of attributes per row. */
export interface AttributeRange {
  attributes: Int32Array
  attributeCount: Int32Array
}

/** The rows that have one: spans, log records, data points. */
export interface AttributeOwners {
  readonly at: AttributeRange
  readonly length: number
}

/** How to find a column's cells in the input `C`; the column's type decides how they are written. */
export type Source<C extends Cells = Cells> = { level: Level } & (
  | { kind: 'text'; texts: (input: C) => TextColumn }
  | { kind: 'document'; document: (input: C) => Document }
  /** The values of a row's attributes, as one JSON array of texts. */
  | { kind: 'values'; owners: (input: C) => AttributeRange }
  /** Raw bytes of a fixed width at a start; -1 gives `absent`, zeros by default. */
  | { kind: 'bytes'; starts: (input: C) => Int32Array; absent?: (input: C) => DataView }
  | { kind: 'number'; numbers: (input: C) => Numbers }
  | { kind: 'int64'; numbers: (input: C) => BigInt64Array }
  | { kind: 'double'; doubles: (input: C) => NullableDoubles }
  /** The same bytes in every row, as a String row without its length. */
  | { kind: 'constant'; bytes: (input: C) => Uint8Array }
)
export type SourceKind = Source['kind']

/** Row numbers of one level, in a growing array that is reused. */
export class RowNumbers {
  at: Int32Array
  length = 0
  private readonly home: Int32Array | undefined

  /** @param home what it begins with each time anew */
  constructor(home?: Int32Array) {
    this.home = home
    this.at = home ?? new Int32Array(64)
  }

  clear(): void {
    this.length = 0
    if (this.home !== undefined) this.at = this.home
  }

  /** How many times the number at `i` stands there side by side: items of one scope or resource do. */
  run(i: number): number {
    const { at, length } = this
    const row = at[i]!
    let end = i + 1
    while (end < length && at[end] === row) end++
    return end - i
  }

  /** Has so many numbers from now on, each of which is to be set. @returns them */
  resize(length: number): Int32Array {
    if (length > this.at.length) this.at = new Int32Array(length * 2)
    this.length = length
    return this.at
  }

  push(row: number): void {
    if (this.length === this.at.length) {
      const larger = new Int32Array(this.length * 2)
      larger.set(this.at)
      this.at = larger
    }
    this.at[this.length++] = row
  }
}
