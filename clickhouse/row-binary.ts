/** Rows to ClickHouse's RowBinary, cell by cell after the column's type: for writers of few rows. Spans go another way (`collector/blocks`). */
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

/** Texts up to this length are written byte by byte, as long as they are ASCII: sooner than a call into the runtime. */
const SHORT_TEXT = 48

/** A growing buffer. */
class ByteWriter {
  private buffer = Buffer.allocUnsafe(4096)
  private length = 0

  clear(): void {
    this.length = 0
  }

  /** Room for `bytes` more; gives the position of the first. */
  private take(bytes: number): number {
    const at = this.length
    this.length += bytes
    if (this.length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.length, this.buffer.length * 2))
      this.buffer.copy(larger, 0, 0, at)
      this.buffer = larger
    }
    return at
  }

  unsigned(value: number, bytes: number): void {
    const at = this.take(bytes)
    if (bytes === 1 && value >= 0 && value <= 0xff) this.buffer[at] = value
    else this.buffer.writeUIntLE(value, at, bytes)
  }

  unsigned64(value: bigint): void {
    const at = this.take(8)
    this.buffer.writeBigUInt64LE(BigInt.asUintN(64, value), at)
  }

  float(value: number, bytes: 4 | 8): void {
    const at = this.take(bytes)
    if (bytes === 4) this.buffer.writeFloatLE(value, at)
    else this.buffer.writeDoubleLE(value, at)
  }

  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.unsigned((rest & 0x7f) | 0x80, 1)
      rest >>>= 7
    }
    this.unsigned(rest, 1)
  }

  text(value: string): void {
    if (value.length <= SHORT_TEXT && this.ascii(value)) return
    const bytes = Buffer.byteLength(value)
    this.varint(bytes)
    const at = this.take(bytes)
    this.buffer.write(value, at, bytes, 'utf8')
  }

  /** Writes a short text if each of its characters is one byte. */
  private ascii(value: string): boolean {
    const { length } = value
    const at = this.take(length + 1)
    this.buffer[at] = length
    for (let n = 0; n < length; n++) {
      const code = value.charCodeAt(n)
      if (code > 0x7f) {
        this.length = at
        return false
      }
      this.buffer[at + 1 + n] = code
    }
    return true
  }

  hex(value: string, bytes: number): void {
    const at = this.take(bytes)
    this.buffer.fill(0, at, at + bytes)
    this.buffer.write(value, at, bytes, 'hex')
  }

  /** A copy: the next row is written over it. */
  bytes(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length))
  }
}

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
  const writes = elementsOf(elements).map(([name, type]) => {
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

/** Cut at commas outside of brackets. */
function elementsOf(list: string): [name: string, type: string][] {
  const parts: string[] = ['']
  let depth = 0
  for (const letter of list) {
    if (letter === '(') depth++
    if (letter === ')') depth--
    if (letter === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts.map((part) => {
    const text = part.trim()
    const space = text.indexOf(' ')
    return [text.slice(0, space), text.slice(space + 1)]
  })
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
  return encodeCells(table, columns, (name) => row[name])
}

/** The same, of cells that are asked for one by one. */
export function encodeCells<C extends Columns>(
  table: Table<C>,
  columns: readonly (keyof C & string)[],
  cellOf: (name: keyof C & string) => BinaryCell | undefined,
): Buffer {
  scratch.clear()
  for (const name of columns) {
    const cell = cellOf(name)
    if (cell === undefined) throw new Error(`${table.name}.${name} is missing`)
    const write = writerOf(table.columns[name]!) as (cell: BinaryCell, out: ByteWriter) => void
    write(cell, scratch)
  }
  const bytes = scratch.bytes()
  if (bytes.length > SCRATCH_BYTES_MAX) scratch = new ByteWriter()
  return bytes
}
