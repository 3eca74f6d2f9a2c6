/** The columns that mapping fills: made once, grown when a request has more spans, texts interned where they repeat. */
import { type MappedSpans, NO_TEXT, TEXT_FIELDS, type TextColumn, type TextField } from './mapped-spans.ts'

/** Arrays of all columns, each with room for `capacity` spans. */
export interface ColumnArrays extends Omit<MappedSpans, 'length' | 'texts'> {
  readonly capacity: number
}

/** {@link MappedSpans} with the means to fill them. */
export class MappedColumns implements MappedSpans {
  length = 0
  readonly texts: Uint8Array[] = []
  readonly text: Record<TextField, TextColumn>
  role!: Uint8Array
  rule!: Uint8Array
  status!: Uint8Array
  statusExplicit!: Uint8Array
  attempt!: Uint16Array
  rowsTotal!: Float64Array
  rowsReturned!: Float64Array
  progress!: Float64Array
  queuedAt!: BigInt64Array
  expectedEndAt!: BigInt64Array
  private own = arraysFor(0)
  private home: ColumnArrays | undefined
  private used: ColumnArrays | undefined
  private constants = 0
  private readonly interned = new Map<string, number>()

  constructor() {
    this.text = textColumns(() => ({ starts: new Int32Array(0), ends: new Int32Array(0) }))
    this.use(this.own)
  }

  /** Reference of a text that lives as long as the process. Only before the first {@link reset}. */
  constant(text: string): number {
    const known = this.interned.get(text)
    if (known !== undefined) return known
    const reference = text === '' ? NO_TEXT : -1 - this.texts.push(Buffer.from(text))
    this.interned.set(text, reference)
    this.constants = this.texts.length
    return reference
  }

  /** Reference of a text made for this request. */
  made(text: Uint8Array): number {
    return text.length === 0 ? NO_TEXT : -1 - this.texts.push(text)
  }

  /** Columns lie there from now on, for requests that have room. */
  liveIn(home: ColumnArrays): void {
    this.home = home
  }

  /** Empties everything and makes room for `length` spans. */
  reset(length: number): void {
    this.texts.length = this.constants
    this.length = length
    this.use(this.arraysOf(length))
    for (const field of TEXT_FIELDS) this.text[field].starts.fill(NO_TEXT, 0, length)
    this.rule.fill(0, 0, length)
    this.status.fill(0, 0, length)
    this.statusExplicit.fill(0, 0, length)
    this.attempt.fill(0, 0, length)
    for (const figures of [this.rowsTotal, this.rowsReturned, this.progress]) figures.fill(Number.NaN, 0, length)
    this.queuedAt.fill(0n, 0, length)
    this.expectedEndAt.fill(0n, 0, length)
  }

  private arraysOf(length: number): ColumnArrays {
    if (this.home !== undefined && length <= this.home.capacity) return this.home
    if (length > this.own.capacity) this.own = arraysFor(1 << (32 - Math.clz32(length - 1 || 1)))
    return this.own
  }

  private use(arrays: ColumnArrays): void {
    if (arrays === this.used) return
    this.used = arrays
    for (const field of TEXT_FIELDS) {
      this.text[field].starts = arrays.text[field].starts
      this.text[field].ends = arrays.text[field].ends
    }
    this.role = arrays.role
    this.rule = arrays.rule
    this.status = arrays.status
    this.statusExplicit = arrays.statusExplicit
    this.attempt = arrays.attempt
    this.rowsTotal = arrays.rowsTotal
    this.rowsReturned = arrays.rowsReturned
    this.progress = arrays.progress
    this.queuedAt = arrays.queuedAt
    this.expectedEndAt = arrays.expectedEndAt
  }
}

function arraysFor(capacity: number): ColumnArrays {
  return {
    capacity,
    text: textColumns(() => ({ starts: new Int32Array(capacity), ends: new Int32Array(capacity) })),
    role: new Uint8Array(capacity),
    rule: new Uint8Array(capacity),
    status: new Uint8Array(capacity),
    statusExplicit: new Uint8Array(capacity),
    attempt: new Uint16Array(capacity),
    rowsTotal: new Float64Array(capacity),
    rowsReturned: new Float64Array(capacity),
    progress: new Float64Array(capacity),
    queuedAt: new BigInt64Array(capacity),
    expectedEndAt: new BigInt64Array(capacity),
  }
}

/** Not filled by `text[field] = …`: beyond twelve such properties V8 makes the object a hash table, four times as slow. */
export function textColumns(column: (index: number) => TextColumn): Record<TextField, TextColumn> {
  return Object.fromEntries(TEXT_FIELDS.map((field, index) => [field, column(index)])) as Record<TextField, TextColumn>
}
