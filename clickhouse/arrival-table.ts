/**
 * What some blocks of `arrivals` brought, column by column: most spans are only looked over and counted, and an object for each would
 * cost more than everything that is done with it.
 */
import { ROLES, type SettleSpan, STATUSES, type Status } from '@runlens/conventions'
import { type Fields, type Labels, labelsReader, readFields, type WrittenFields } from './labels-and-fields.ts'
import { type NativeColumn, type NativeColumns, nativeColumns } from './native-columns.ts'
import { BEYOND_CAP, type Payload, payloadOf, toArrivedSpan } from './settle-columns.ts'

/** By the numbers that `Enum8` has for them. */
export const STATUS_BY_NUMBER: readonly (Status | '')[] = ['', ...STATUSES]

const NOTHING: WrittenFields = {}
const ENTRY = ROLES.indexOf('entry')

/** Columns of {@link ArrivalTable}, all blocks one behind the other. */
export interface ArrivalColumns {
  readonly rows: number
  readonly tenants: WordColumn
  readonly names: WordColumn
  readonly services: WordColumn
  /** `labels_json`. */
  readonly labelTexts: WordColumn
  /** What each of its words says. */
  readonly labelWords: readonly Labels[]
  /** ClickHouse's clock, microseconds since the epoch. */
  readonly arrivedAt: TimeColumn
  /** Four words a row. */
  readonly traceIds: Uint32Array
  /** Two words a row, as are parents: zeros for a root. */
  readonly spanIds: Uint32Array
  readonly parentIds: Uint32Array
  /** Nanoseconds since the epoch; an end of 0 is not known yet. */
  readonly startedAt: TimeColumn
  readonly endedAt: TimeColumn
  readonly receivedAt: TimeColumn
  /** Indexes into `ROLES`. */
  readonly roles: Uint8Array
  /** Indexes into {@link STATUS_BY_NUMBER}. */
  readonly statuses: Uint8Array
  readonly statusCodes: Uint8Array
  readonly kinds: Uint8Array
  /** `fields_json`, `attribute_values`: where each begins and ends in the bytes, in turns. */
  readonly fields: Uint32Array
  readonly values: Uint32Array
}

/** @param bytes Native blocks with the columns of {@link ARRIVED_COLUMNS} */
export function readArrivalTable(bytes: Buffer): ArrivalTable {
  const blocks = [...nativeColumns(bytes)]
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0)
  const read = new Reading(bytes, blocks, rows)
  const labelTexts = read.words('labels_json')
  return new ArrivalTable(bytes, {
    rows,
    tenants: read.words('tenant'),
    names: read.words('name'),
    services: read.words('service'),
    labelTexts,
    labelWords: labelTexts.words.map(labelsReader()),
    arrivedAt: new TimeColumn(read.fixed('arrived_at', 8)),
    traceIds: new Uint32Array(read.fixed('trace_id', 16)),
    spanIds: new Uint32Array(read.fixed('span_id', 8)),
    parentIds: new Uint32Array(read.fixed('parent_span_id', 8)),
    startedAt: new TimeColumn(read.fixed('started_at', 8)),
    endedAt: new TimeColumn(read.fixed('ended_at', 8)),
    receivedAt: new TimeColumn(read.fixed('received_at', 8)),
    roles: new Uint8Array(read.fixed('role', 1)),
    statuses: new Uint8Array(read.fixed('status', 1)),
    statusCodes: new Uint8Array(read.fixed('status_code', 1)),
    kinds: new Uint8Array(read.fixed('kind', 1)),
    fields: read.edges('fields_json'),
    values: read.edges('attribute_values'),
  })
}

/** A row is a span, as often as it came. Ids and times are their bytes, in words of 32 bits. */
export class ArrivalTable implements ArrivalColumns {
  readonly rows: number
  readonly tenants: WordColumn
  readonly names: WordColumn
  readonly services: WordColumn
  readonly labelTexts: WordColumn
  readonly labelWords: readonly Labels[]
  readonly arrivedAt: TimeColumn
  readonly traceIds: Uint32Array
  readonly spanIds: Uint32Array
  readonly parentIds: Uint32Array
  readonly startedAt: TimeColumn
  readonly endedAt: TimeColumn
  readonly receivedAt: TimeColumn
  readonly roles: Uint8Array
  readonly statuses: Uint8Array
  readonly statusCodes: Uint8Array
  readonly kinds: Uint8Array
  readonly fields: Uint32Array
  readonly values: Uint32Array

  /** @param bytes in which texts lie */
  constructor(
    private readonly bytes: Buffer,
    columns: ArrivalColumns,
  ) {
    this.rows = columns.rows
    this.tenants = columns.tenants
    this.names = columns.names
    this.services = columns.services
    this.labelTexts = columns.labelTexts
    this.labelWords = columns.labelWords
    this.arrivedAt = columns.arrivedAt
    this.traceIds = columns.traceIds
    this.spanIds = columns.spanIds
    this.parentIds = columns.parentIds
    this.startedAt = columns.startedAt
    this.endedAt = columns.endedAt
    this.receivedAt = columns.receivedAt
    this.roles = columns.roles
    this.statuses = columns.statuses
    this.statusCodes = columns.statusCodes
    this.kinds = columns.kinds
    this.fields = columns.fields
    this.values = columns.values
  }

  traceIdOf(row: number): string {
    return hexOf(this.traceIds, row * 16, 16)
  }

  spanIdOf(row: number): string {
    return hexOf(this.spanIds, row * 8, 8)
  }

  isRoot(row: number): boolean {
    return this.parentIds[2 * row] === 0 && this.parentIds[2 * row + 1] === 0
  }

  isEntry(row: number): boolean {
    return this.roles[row] === ENTRY
  }

  labelsOf(row: number): Labels {
    return this.labelWords[this.labelTexts.codes[row]!]!
  }

  fieldsOf(row: number): Fields {
    return readFields(this.text(this.fields, row))
  }

  /** The same as it stands there. */
  writtenFieldsOf(row: number): WrittenFields {
    const start = this.fields[2 * row]!
    const end = this.fields[2 * row + 1]!
    if (start === end) return NOTHING
    const returned = onlyRowsReturned(this.bytes, start, end)
    if (returned >= 0) return { rows_returned: returned }
    return JSON.parse(this.bytes.toString('utf8', start, end)) as WrittenFields
  }

  /** The values of its attributes, in the order of its keys; none of a span that can't be an execution. */
  valuesOf(row: number): readonly string[] {
    const json = this.text(this.values, row)
    return json === '' ? [] : (JSON.parse(json) as string[])
  }

  /** Bytes of all attribute values of the span together, as JSON; 0 for one that can't be an execution. */
  valueBytesOf(row: number): number {
    return this.values[2 * row + 1]! - this.values[2 * row]!
  }

  /** @param payloadBytesMax inputs and outputs are cut just above this many bytes, so that a cut shows */
  payloadOf(row: number, payloadBytesMax: number): Payload {
    return payloadOf(this.text(this.values, row), this.labelsOf(row), payloadBytesMax + BEYOND_CAP)
  }

  /** @param payloadBytesMax as for {@link payloadOf} */
  spanOf(row: number, payloadBytesMax: number): SettleSpan {
    const parent = this.isRoot(row) ? '' : hexOf(this.parentIds, row * 8, 8)
    return toArrivedSpan(
      {
        trace_id: this.traceIdOf(row),
        span_id: this.spanIdOf(row),
        parent_span_id: parent,
        name: this.names.at(row),
        kind: this.kinds[row]!,
        started_at: this.startedAt.at(row),
        ended_at: this.endedAt.at(row),
        status_code: this.statusCodes[row]!,
        service: this.services.at(row),
        role: ROLES[this.roles[row]!]!,
        status: STATUS_BY_NUMBER[this.statuses[row]!]!,
        received_at_ms: Number(this.receivedAt.at(row)),
      },
      this.labelsOf(row),
      this.fieldsOf(row),
      this.payloadOf(row, payloadBytesMax),
    )
  }

  private text(edges: Uint32Array, row: number): string {
    const start = edges[2 * row]!
    const end = edges[2 * row + 1]!
    return start === end ? '' : this.bytes.toString('utf8', start, end)
  }
}

function hexOf({ buffer, byteOffset }: Uint32Array, start: number, bytes: number): string {
  return Buffer.from(buffer, byteOffset + start, bytes).toString('hex')
}

/** What most steps say. */
const ROWS_RETURNED = Buffer.from('{"rows_returned":')
/** Whatever is longer may not be exact in a double. */
const DIGITS_MAX = 15

/** The count, if that is all that is said; else -1. */
function onlyRowsReturned(bytes: Buffer, start: number, end: number): number {
  const first = start + ROWS_RETURNED.length
  const last = end - 1
  if (last <= first || last - first > DIGITS_MAX) return -1
  for (let n = 0; n < ROWS_RETURNED.length; n++) if (bytes[start + n] !== ROWS_RETURNED[n]) return -1
  let count = 0
  for (let at = first; at < last; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return -1
    count = count * 10 + digit
  }
  return count
}

/** A column of DateTime64: compared by halves, because a bigint for each would be an object for each. */
export class TimeColumn {
  /** The lower and the upper half of each, in turns. */
  readonly words: Uint32Array
  private readonly uppers: Int32Array
  private readonly values: BigInt64Array

  /** @param start of the first, a multiple of 8 */
  constructor(buffer: ArrayBuffer, start = 0, rows = buffer.byteLength / 8) {
    this.words = new Uint32Array(buffer, start, 2 * rows)
    this.uppers = new Int32Array(buffer, start, 2 * rows)
    this.values = new BigInt64Array(buffer, start, rows)
  }

  at(row: number): bigint {
    return this.values[row]!
  }

  isZero(row: number): boolean {
    return this.words[2 * row] === 0 && this.words[2 * row + 1] === 0
  }

  /** From the time in `row` to that in `row` of another column, to the precision of a double. */
  until(row: number, other: TimeColumn, otherRow: number): number {
    return (
      (other.uppers[2 * otherRow + 1]! - this.uppers[2 * row + 1]!) * 2 ** 32 +
      (other.words[2 * otherRow]! - this.words[2 * row]!)
    )
  }
}

/** A column of few words. */
export class WordColumn {
  constructor(
    readonly words: readonly string[],
    /** Of each row, an index into the words. */
    readonly codes: Uint32Array,
  ) {}

  at(row: number): string {
    return this.words[this.codes[row]!]!
  }
}

/** Blocks put one behind the other. */
class Reading {
  constructor(
    private readonly bytes: Buffer,
    private readonly blocks: readonly NativeColumns[],
    private readonly rows: number,
  ) {}

  fixed(name: string, size: number): ArrayBuffer {
    const all = new Uint8Array(this.rows * size)
    this.each(name, 'fixed', (column, first, rows) => {
      if (column.size !== size) throw new Error(`a value of ${name} has ${column.size} bytes, not ${size}`)
      all.set(this.bytes.subarray(column.start, column.start + rows * size), first * size)
    })
    return all.buffer
  }

  edges(name: string): Uint32Array {
    const all = new Uint32Array(2 * this.rows)
    this.each(name, 'texts', ({ edges }, first) => all.set(edges, 2 * first))
    return all
  }

  /** Each block has words of its own; here every word has one number. */
  words(name: string): WordColumn {
    const codes = new Uint32Array(this.rows)
    const known = new Map<string, number>()
    this.each(name, 'words', ({ words, size, start }, first, rows) => {
      const codeOf = Uint32Array.from(words, (word) => {
        const code = known.get(word) ?? known.size
        known.set(word, code)
        return code
      })
      for (let row = 0; row < rows; row++) {
        const at = start + row * size
        const code = size === 1 ? this.bytes[at]! : this.bytes.readUIntLE(at, size)
        codes[first + row] = codeOf[code]!
      }
    })
    return new WordColumn([...known.keys()], codes)
  }

  private each<L extends NativeColumn['layout']>(
    name: string,
    layout: L,
    take: (column: Extract<NativeColumn, { layout: L }>, firstRow: number, rows: number) => void,
  ): void {
    let first = 0
    for (const { rows, columns } of this.blocks) {
      const column = columns.get(name)
      if (column?.layout !== layout) throw new Error(`no ${layout} in column ${name} of a Native block`)
      take(column as Extract<NativeColumn, { layout: L }>, first, rows)
      first += rows
    }
  }
}
