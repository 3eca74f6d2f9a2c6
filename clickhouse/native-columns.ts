/** Columns of Native blocks where they lie, for whoever reads few of their values: `native-reader.ts` makes a value of each. */
import { NativeCursor, type NativeDictionary } from './native-cursor.ts'

/** Positions are in the bytes that were given. */
export type NativeColumn =
  /** Values of `size` bytes, one after another. */
  | { readonly layout: 'fixed'; readonly size: number; readonly start: number }
  /** Where each row's text begins and ends, in turns. */
  | { readonly layout: 'texts'; readonly edges: Uint32Array }
  | ({ readonly layout: 'words' } & NativeDictionary)

export interface NativeColumns {
  rows: number
  columns: ReadonlyMap<string, NativeColumn>
}

/** @throws Error for a type it does not know, RangeError for bytes that end too early */
export function* nativeColumns(bytes: Buffer): Generator<NativeColumns> {
  const cursor = new NativeCursor(bytes)
  while (cursor.at < bytes.length) {
    const count = cursor.varint()
    const rows = cursor.varint()
    const columns = new Map<string, NativeColumn>()
    for (let i = 0; i < count; i++) {
      const name = cursor.text()
      columns.set(name, columnOf(cursor, cursor.text(), rows))
    }
    yield { rows, columns }
  }
}

function columnOf(cursor: NativeCursor, type: string, rows: number): NativeColumn {
  if (type === 'LowCardinality(String)') return { layout: 'words', ...cursor.dictionary(rows) }
  if (type === 'String') return { layout: 'texts', edges: edgesOf(cursor, rows) }
  const size = sizeOf(type)
  return { layout: 'fixed', size, start: cursor.skip(size * rows) }
}

function edgesOf(cursor: NativeCursor, rows: number): Uint32Array {
  const edges = new Uint32Array(2 * rows)
  for (let row = 0; row < rows; row++) {
    const size = cursor.varint()
    const start = cursor.skip(size)
    edges[2 * row] = start
    edges[2 * row + 1] = start + size
  }
  return edges
}

function sizeOf(type: string): number {
  if (type === 'UInt8' || type.startsWith('Enum8(')) return 1
  if (type.startsWith('DateTime64(')) return 8
  const bytes = /^FixedString\((\d+)\)$/.exec(type)?.[1]
  if (bytes === undefined) throw new Error(`a column of type ${type} can't be read`)
  return Number(bytes)
}
