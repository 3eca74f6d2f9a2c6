/** Rows to ClickHouse's RowBinary, cell by cell after the column's type: for writers of few rows. Spans go another way (`collector/blocks`). */
import { ByteWriter } from './byte-writer.ts'
import type { Columns, Table } from './tables/column.ts'

/**
 * A cell: numbers and bigints for figures, seconds for DateTime, bigint ticks of its precision for DateTime64, names for enums, hex text for
 * FixedString, null for Nullable, arrays for Array, records for Map and for Tuple by the names of its elements.
 */
export type BinaryCell =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly BinaryCell[]
  | { readonly [key: string]: BinaryCell }
export type BinaryRow = Readonly<Record<string, BinaryCell>>

type Write = (cell: never, out: ByteWriter) => void

const SIMPLE: Readonly<Record<string, Write>> = {
  String: (cell: string, out) => out.text(cell),
  'LowCardinality(String)': (cell: string, out) => out.text(cell),
  UInt8: (cell: number | boolean, out) => out.unsigned(Number(cell), 1),
  UInt16: (cell: number, out) => out.unsigned(cell, 2),
  UInt32: (cell: number, out) => out.unsigned(cell, 4),
  DateTime: (cell: number, out) => out.unsigned(cell, 4),
  UInt64: (cell: number | bigint, out) => out.unsigned64(BigInt(cell)),
  Float32: (cell: number, out) => out.float(cell, 4),
  Float64: (cell: number, out) => out.float(cell, 8),
  'Map(LowCardinality(String), String)': (cell: Readonly<Record<string, string>>, out) => {
    const pairs = Object.entries(cell)
    out.varint(pairs.length)
    for (const [key, value] of pairs) {
      out.text(key)
      out.text(value)
    }
  },
}

const writers = new Map<string, Write>()

function writerOf(type: string): Write {
  const known = writers.get(type)
  if (known) return known
  const made = makeWriter(type)
  writers.set(type, made)
  return made
}

function makeWriter(type: string): Write {
  const simple = SIMPLE[type]
  if (simple) return simple
  if (!type.endsWith(')')) throw new Error(`no RowBinary writer for ${type}`)
  const argument = type.slice(type.indexOf('(') + 1, -1)
  if (type.startsWith('DateTime64(')) return (cell: bigint, out) => out.unsigned64(cell)
  if (type.startsWith('FixedString(')) return (cell: string, out) => out.hex(cell, Number(argument))
  if (type.startsWith('Enum8(')) return enumWriter(argument)
  if (type.startsWith('SimpleAggregateFunction(')) return writerOf(argument.slice(argument.indexOf(', ') + 2))
  if (type.startsWith('Tuple(')) return tupleWriter(argument)
  const inner = writerOf(argument) as (cell: BinaryCell, out: ByteWriter) => void
  if (type.startsWith('Nullable(')) {
    return (cell: BinaryCell, out) => {
      out.unsigned(cell === null ? 1 : 0, 1)
      if (cell !== null) inner(cell, out)
    }
  }
  if (type.startsWith('Array(')) {
    return (cell: readonly BinaryCell[], out) => {
      out.varint(cell.length)
      for (const one of cell) inner(one, out)
    }
  }
  throw new Error(`no RowBinary writer for ${type}`)
}

/** @param elements `name type, …` */
function tupleWriter(elements: string): Write {
  const writes = elementsOf(elements).map((element) => {
    const [name, type] = element.split(/ (.*)/s) as [string, string]
    return [name, writerOf(type) as (cell: BinaryCell, out: ByteWriter) => void] as const
  })
  return (cell: Readonly<Record<string, BinaryCell>>, out) => {
    for (const [name, write] of writes) {
      const element = cell[name]
      if (element === undefined) throw new Error(`an element ${name} is missing`)
      write(element, out)
    }
  }
}

/** Cuts at commas outside of brackets. */
export function elementsOf(list: string): string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const letter of list) {
    if (letter === '(') depth++
    if (letter === ')') depth--
    if (letter === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts.map((part) => part.trim())
}

function enumWriter(members: string): Write {
  const numbers = new Map<string, number>()
  for (const match of members.matchAll(/'([^']*)' = (\d+)/g)) numbers.set(match[1]!, Number(match[2]))
  return (cell: string, out) => {
    const number = numbers.get(cell)
    if (number === undefined) throw new Error(`"${cell}" is none of ${members}`)
    out.unsigned(number, 1)
  }
}

/** One for all rows, because a buffer for each is memory that only marking the whole heap frees. A very long row is not kept. */
let scratch = new ByteWriter()
const SCRATCH_BYTES_MAX = 1024 * 1024

/** The cells of `columns` (all of the table by default) of one row, in order. */
export function encodeRow<C extends Columns>(
  table: Table<C>,
  row: BinaryRow,
  columns: readonly (keyof C & string)[] = Object.keys(table.columns),
): Buffer {
  scratch.clear()
  for (const name of columns) {
    const cell = row[name]
    if (cell === undefined) throw new Error(`${table.name}.${name} is missing`)
    const write = writerOf(table.columns[name]!) as (cell: BinaryCell, out: ByteWriter) => void
    write(cell, scratch)
  }
  return take()
}

/**
 * The same for many rows of one kind: what a cell is made of is looked up once.
 * @param cells of some columns, in their order
 */
export function rowEncoder<T, C extends Columns>(
  table: Table<C>,
  cells: Readonly<Partial<Record<keyof C & string, (of: T) => BinaryCell>>>,
): (of: T) => Buffer {
  const writes = Object.entries(cells).map(([name, cellOf]) => {
    return [writerOf(table.columns[name]!), cellOf] as [write: (cell: BinaryCell, out: ByteWriter) => void, CellOf<T>]
  })
  return (of) => {
    scratch.clear()
    for (const [write, cellOf] of writes) write(cellOf(of), scratch)
    return take()
  }
}
type CellOf<T> = (of: T) => BinaryCell

function take(): Buffer {
  const bytes = scratch.bytes()
  if (bytes.length > SCRATCH_BYTES_MAX) scratch = new ByteWriter()
  return bytes
}
