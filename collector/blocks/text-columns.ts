/** String and LowCardinality(String) columns in Native format, from references into the request's bytes. */
import { NO_TEXT } from '@runlens/mapping'
import { type ByteBuffer, dataView } from './byte-buffer.ts'
import { Dictionary } from './dictionary.ts'
import type { Document } from './document.ts'
import type { Classes, ColumnStage, RowNumbers } from './sources.ts'

/** Texts by reference: see `TextColumn` of the mapping for what a start below 0 means. */
export interface Texts {
  bytes: Uint8Array
  data: DataView
  made: readonly Uint8Array[]
  starts: Int32Array
  ends: Int32Array
  columns?: ColumnStage | undefined
}

export function writeTexts(out: ByteBuffer, rows: RowNumbers, { bytes, made, starts, ends, columns }: Texts): void {
  if (made.length === 0 && columns?.strings(out, rows, bytes, starts, ends)) return
  for (let i = 0; i < rows.length; i++) {
    const row = rows.at[i]!
    const start = starts[row]!
    if (start >= 0) out.row(bytes, start, ends[row]!)
    else if (start === NO_TEXT) out.byte(0)
    else {
      const text = made[-2 - start]!
      out.row(text, 0, text.length)
    }
  }
}

/** Writes LowCardinality(String) columns, one after another; keeps one dictionary and one column of indexes for all. */
export class LowCardinalityWriter {
  private readonly dictionary = new Dictionary()
  private indexes = new Int32Array(4096)
  /** Entries by the number of a text that the mapping made, of a document that rows share, of a class; 0 where not looked up yet. */
  private ofMade = new Int32Array(256)

  private begin(count: number): void {
    this.dictionary.clear()
    if (count > this.indexes.length) this.indexes = new Int32Array(Math.max(count, this.indexes.length * 2))
  }

  texts(out: ByteBuffer, rows: RowNumbers, texts: Texts): void {
    const { data, starts, ends, columns } = texts
    this.begin(rows.length)
    const classes = columns?.texts(rows, starts, ends, data)
    if (classes) this.indexClasses(texts, rows, classes)
    else this.indexTexts(rows, texts)
    this.finish(out, rows.length)
  }

  /** Classes are numbered as entries are, by their first rows; one has no text, or none has. */
  private indexClasses({ bytes, starts, ends }: Texts, { length }: RowNumbers, { of, firsts, count }: Classes): void {
    const { dictionary, indexes } = this
    this.makeRoom(count)
    for (let known = 0; known < count; known++) {
      const row = firsts[known]!
      const start = starts[row]!
      const isText = start >= 0 && start !== ends[row]
      this.ofMade[known] = isText ? dictionary.put(bytes, start, ends[row]!) : 0
    }
    for (let i = 0; i < length; i++) indexes[i] = this.ofMade[of[i]!]!
  }

  private indexTexts(rows: RowNumbers, { data, made, starts, ends }: Texts): void {
    this.makeRoom(made.length)
    const { dictionary, indexes } = this
    let lastStart = NO_TEXT
    let lastEnd = 0
    let last = 0
    for (let i = 0; i < rows.length; i++) {
      const row = rows.at[i]!
      const start = starts[row]!
      // Neighbours mostly come from the same scope, resource or constant: the very same bytes, known without a look.
      if (start !== lastStart || (start >= 0 && ends[row] !== lastEnd)) {
        lastStart = start
        if (start >= 0) {
          lastEnd = ends[row]!
          last = dictionary.add(data, start, lastEnd)
        } else if (start === NO_TEXT) last = 0
        else last = this.ofMade[-2 - start] || this.addMade(-2 - start, made)
      }
      indexes[i] = last
    }
  }

  /** Of documents that rows share: these differ, mostly, and nobody looks whether they do. */
  shared(out: ByteBuffer, rows: RowNumbers, { out: { bytes }, starts, sharedEnds }: Document): void {
    this.begin(rows.length)
    this.makeRoom(sharedEnds.length)
    const { dictionary, indexes, ofMade } = this
    for (let i = 0; i < rows.length; i++) {
      const start = starts[rows.at[i]!]!
      if (start === NO_TEXT) {
        indexes[i] = 0
        continue
      }
      const known = -2 - start
      if (ofMade[known] === 0) ofMade[known] = dictionary.put(bytes, sharedEnds[known - 1] ?? 0, sharedEnds[known]!)
      indexes[i] = ofMade[known]!
    }
    this.finish(out, rows.length)
  }

  private makeRoom(made: number): void {
    if (made > this.ofMade.length) this.ofMade = new Int32Array(made * 2)
    this.ofMade.fill(0, 0, made)
  }

  private addMade(index: number, made: readonly Uint8Array[]): number {
    const text = made[index]!
    const entry = this.dictionary.add(dataView(text), 0, text.length)
    this.ofMade[index] = entry
    return entry
  }

  constant(out: ByteBuffer, rows: RowNumbers, value: Uint8Array): void {
    this.begin(rows.length)
    this.indexes.fill(this.dictionary.add(dataView(value), 0, value.length), 0, rows.length)
    this.finish(out, rows.length)
  }

  /** Index width with its flags, dictionary, count, indexes; nothing at all for no rows. */
  private finish(out: ByteBuffer, count: number): void {
    if (count === 0) return
    const { dictionary, indexes } = this
    const width = dictionary.size <= 0x100 ? 1 : dictionary.size <= 0x1_0000 ? 2 : 4
    // 0x200: the dictionary comes with the block; 0x400: it replaces any earlier one.
    out.uint64(0x600 | (width >> 1))
    out.uint64(dictionary.size)
    out.copy(dictionary.rows.bytes, 0, dictionary.rows.length)
    out.uint64(count)
    if (dictionary.size === 1) {
      out.fill(0, count)
      return
    }
    out.ensure(count * width)
    const { bytes } = out
    let at = out.length
    if (width === 1) for (let i = 0; i < count; i++) bytes[at++] = indexes[i]!
    else {
      for (let i = 0; i < count; i++) {
        for (let shift = 0; shift < width * 8; shift += 8) bytes[at++] = indexes[i]! >>> shift
      }
    }
    out.length = at
  }
}
