/** Chooses, by a column's ClickHouse type, how its cells are written; the one place that knows which types there are. */
import type { ByteBuffer } from './byte-buffer.ts'
import type { Document } from './document.ts'
import { isEmpty } from './empty-cells.ts'
import {
  writeBytes,
  writeBytesOr,
  writeConstant,
  writeInt64s,
  writeNullableDoubles,
  writeNumbers,
} from './fixed-columns.ts'
import type { Cells, RowNumbers, Source, SourceKind } from './sources.ts'
import { LowCardinalityWriter, type Texts, writeTexts } from './text-columns.ts'
import { writeValueLists } from './value-lists.ts'

/** Writes one column's cells. */
export type CellWriter<C extends Cells> = (out: ByteBuffer, rows: RowNumbers, input: C) => void

/** Rows of a block at each level. */
export interface BlockRows {
  item: RowNumbers
  scope: RowNumbers
  resource: RowNumbers
}

const lowCardinality = new LowCardinalityWriter()
const NONE: readonly Uint8Array[] = []

const WIDTHS: Readonly<Record<string, number>> = { UInt8: 1, Enum8: 1, UInt16: 2, UInt32: 4 }

/** The writer for cells of `type` out of `source`. @throws Error for a pair that makes no sense: a fault of the program */
function cellWriter<C extends Cells>(type: string, source: Source<C>): CellWriter<C> {
  const name = /^\w+/.exec(type)?.[0] ?? type
  const writer = plainWriter(name, type, source)
  if (!writer) throw new Error(`no writer for ${type} out of ${source.kind satisfies SourceKind}`)
  return writer
}

function plainWriter<C extends Cells>(name: string, type: string, source: Source<C>): CellWriter<C> | undefined {
  switch (source.kind) {
    case 'text':
      return textWriter(name, (input) => ({
        bytes: input.bytes,
        data: input.data,
        made: input.made,
        columns: input.columns,
        ...source.texts(input),
      }))
    case 'document':
      return documentWriter(name, source.document)
    case 'values':
      if (name !== 'String') return undefined
      return (out, rows, input) => {
        const owners = source.owners(input)
        if (!input.columns?.values(out, rows, owners, input)) writeValueLists(out, rows, owners, input)
      }
    case 'bytes': {
      const width = type === 'DateTime64(9)' || type === 'UInt64' ? 8 : Number(/^FixedString\((\d+)\)$/.exec(type)?.[1])
      if (!width || width % 4 !== 0) return undefined
      const { absent } = source
      if (!absent)
        return (out, rows, input) => {
          const starts = source.starts(input)
          if (!input.columns?.bytes(out, rows, starts, width, input)) writeBytes(out, rows, input.data, starts, width)
        }
      return (out, rows, input) => writeBytesOr(out, rows, input.data, source.starts(input), absent(input))
    }
    case 'number': {
      const width = WIDTHS[name]
      return width ? (out, rows, input) => writeNumbers(out, rows, source.numbers(input), width) : undefined
    }
    case 'int64':
      return (out, rows, input) => writeInt64s(out, rows, source.numbers(input))
    case 'double':
      if (type !== 'Nullable(Float64)') return undefined
      return (out, rows, input) => writeNullableDoubles(out, rows, source.doubles(input))
    case 'constant':
      if (name === 'LowCardinality')
        return (out, rows, input) => lowCardinality.constant(out, rows, source.bytes(input))
      return name === 'DateTime64' ? (out, rows, input) => writeConstant(out, rows, source.bytes(input)) : undefined
    default:
      return undefined
  }
}

function textWriter<C extends Cells>(name: string, from: (input: C) => Texts): CellWriter<C> | undefined {
  if (name === 'String') return (out, rows, input) => writeTexts(out, rows, from(input))
  if (name === 'LowCardinality') return (out, rows, input) => lowCardinality.texts(out, rows, from(input))
  return undefined
}

function documentWriter<C extends Cells>(name: string, from: (input: C) => Document): CellWriter<C> | undefined {
  const writer = textWriter<C>(name, (input) => textsOf(from(input), input))
  if (name !== 'LowCardinality') return writer
  return (out, rows, input) => {
    const document = from(input)
    if (document.sharedEnds.length > 0) lowCardinality.shared(out, rows, document)
    else writer?.(out, rows, input)
  }
}

function textsOf({ out: { bytes, data }, starts, ends }: Document, { columns }: Cells): Texts {
  return { bytes, data, made: NONE, starts, ends, columns }
}

/** One column of a block. */
export interface BlockColumn<C extends Cells> {
  /** Whether it may be left out: no row has anything else than the type's default. */
  isEmpty(rows: BlockRows, input: C): boolean
  /** Name, type, prefix, cells. */
  write(out: ByteBuffer, rows: BlockRows, input: C): void
}

/** Makes column `name`; once per process, so that its head is made once. */
export function blockColumn<C extends Cells>(name: string, type: string, source: Source<C>): BlockColumn<C> {
  const { level } = source
  const cells = cellWriter(type, source)
  const head = Buffer.concat([nativeString(name), nativeString(type), prefix(type)])
  return {
    isEmpty: (rows, input) => isEmpty(source, rows[level], input),
    write: (out, rows, input) => {
      out.copy(head, 0, head.length)
      cells(out, rows[level], input)
    },
  }
}

/** A LowCardinality has its version (1) first. */
function prefix(type: string): Buffer {
  return type.startsWith('LowCardinality(') ? Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]) : Buffer.alloc(0)
}

function nativeString(value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = []
  let rest = bytes.length
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128)
  return Buffer.concat([Buffer.from([...length, rest]), bytes])
}
