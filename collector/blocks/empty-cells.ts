/**
 * Tells which columns of a block hold nothing but their type's default, so that they are left out: ClickHouse fills them in.
 * Most requests have no events, no links and few of the mapped fields; without their zeros a block is a third smaller.
 */
import { NO_TEXT } from '@runlens/mapping'
import type { Cells, RowNumbers, Source } from './sources.ts'

/** Whether every row's cell out of `source` is the default: '', 0, null, no bytes. May say no for a rare form of yes. */
export function isEmpty<C extends Cells>(source: Source<C>, rows: RowNumbers, input: C): boolean {
  switch (source.kind) {
    case 'text':
      return all(rows, source.texts(input).starts, NO_TEXT)
    case 'document':
      return all(rows, source.document(input).starts, NO_TEXT)
    case 'values':
      return all(rows, source.owners(input).attributeCount, 0)
    case 'bytes':
      return source.absent === undefined && all(rows, source.starts(input), -1)
    case 'number':
      return all(rows, source.numbers(input), 0)
    case 'double':
      return all(rows, source.doubles(input).isNull, 1)
    case 'int64':
    case 'constant':
      return false
  }
}

function all(rows: RowNumbers, cells: Int32Array | Uint8Array | Uint16Array, value: number): boolean {
  const { at, length } = rows
  for (let i = 0; i < length; i++) if (cells[at[i]!] !== value) return false
  return true
}
