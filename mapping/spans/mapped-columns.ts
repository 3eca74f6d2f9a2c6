/** The columns that mapping fills: made once, grown when a request has more spans, texts interned where they repeat. */
import { type MappedSpans, NO_TEXT, TEXT_FIELDS, type TextColumn, type TextField } from './mapped-spans.ts'

/** {@link MappedSpans} with the means to fill them. */
export class MappedColumns implements MappedSpans {
  length = 0
  readonly texts: Uint8Array[] = []
  readonly text: Record<TextField, TextColumn>
  role = new Uint8Array(0)
  rule = new Uint8Array(0)
  status = new Uint8Array(0)
  statusExplicit = new Uint8Array(0)
  attempt = new Uint16Array(0)
  rowsTotal = new Float64Array(0)
  rowsReturned = new Float64Array(0)
  progress = new Float64Array(0)
  queuedAt = new BigInt64Array(0)
  expectedEndAt = new BigInt64Array(0)
  private capacity = 0
  private constants = 0
  private readonly interned = new Map<string, number>()

  constructor() {
    // Not filled by `text[field] = …`: beyond twelve such properties V8 makes the object a hash table, four times as slow.
    const column = (): TextColumn => ({ starts: new Int32Array(0), ends: new Int32Array(0) })
    this.text = Object.fromEntries(TEXT_FIELDS.map((field) => [field, column()])) as Record<TextField, TextColumn>
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

  /** Empties everything and makes room for `length` spans. */
  reset(length: number): void {
    this.texts.length = this.constants
    this.length = length
    if (length > this.capacity) this.grow(length)
    for (const field of TEXT_FIELDS) this.text[field].starts.fill(NO_TEXT, 0, length)
    this.rule.fill(0, 0, length)
    this.status.fill(0, 0, length)
    this.statusExplicit.fill(0, 0, length)
    this.attempt.fill(0, 0, length)
    for (const figures of [this.rowsTotal, this.rowsReturned, this.progress]) figures.fill(Number.NaN, 0, length)
    this.queuedAt.fill(0n, 0, length)
    this.expectedEndAt.fill(0n, 0, length)
  }

  private grow(length: number): void {
    this.capacity = 1 << (32 - Math.clz32(length - 1 || 1))
    const size = this.capacity
    for (const field of TEXT_FIELDS) {
      this.text[field].starts = new Int32Array(size)
      this.text[field].ends = new Int32Array(size)
    }
    this.role = new Uint8Array(size)
    this.rule = new Uint8Array(size)
    this.status = new Uint8Array(size)
    this.statusExplicit = new Uint8Array(size)
    this.attempt = new Uint16Array(size)
    this.rowsTotal = new Float64Array(size)
    this.rowsReturned = new Float64Array(size)
    this.progress = new Float64Array(size)
    this.queuedAt = new BigInt64Array(size)
    this.expectedEndAt = new BigInt64Array(size)
  }
}
