/** One JSON object per row, as references: what the columns `*_json` are made of. */
import { NO_TEXT, type TextColumn } from '@runlens/mapping'
import type { AttributeValues } from './attribute-values.ts'
import { ByteBuffer, dataView } from './byte-buffer.ts'
import { writeString } from './json-writer.ts'
import type { AttributeRange, Cells } from './sources.ts'

/** What documents of attributes are made of. */
export type AttributeInput = Pick<Cells, 'tape' | 'bytes' | 'data' | 'values' | 'columns'>

const OPEN = 0x7b
const CLOSE = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const COMMA = 0x2c
const COLON = 0x3a

export class Document {
  /** `[start, end)` of `out` by row; {@link NO_TEXT} where nothing stands. */
  starts: Int32Array = new Int32Array(64)
  ends: Int32Array = new Int32Array(64)
  /**
   * Where documents that several rows have end in `out`, one behind the other from 0 on; a row whose start is `-2 - i` has the i-th of them.
   * Rows of a document have such starts or none at all.
   */
  readonly sharedEnds: number[] = []
  private isOpen = false

  /**
   * @param out where it is written; that of another document for rows that name what stands there
   * @param home what its columns begin with each time anew
   */
  constructor(
    readonly out = new ByteBuffer(16 * 1024),
    private readonly home?: TextColumn,
  ) {}

  /** Forgets all rows and makes room for as many. */
  clear(rows: number): void {
    this.out.clear()
    this.sharedEnds.length = 0
    this.makeRoom(rows)
  }

  /** For so many rows, all of which must be set. */
  makeRoom(rows: number): void {
    if (this.home !== undefined && rows <= this.home.starts.length) {
      this.starts = this.home.starts
      this.ends = this.home.ends
      return
    }
    if (rows <= this.starts.length) return
    this.starts = new Int32Array(rows * 2)
    this.ends = new Int32Array(rows * 2)
  }

  begin(row: number): void {
    this.starts[row] = this.out.length
    this.isOpen = false
  }

  /** Its value is written next. @param name with quotes and colon, see {@link memberName} */
  member(name: MemberName): ByteBuffer {
    const { out } = this
    out.byte(this.isOpen ? COMMA : OPEN)
    this.isOpen = true
    out.words(name.words, name.length)
    return out
  }

  /** Members that are written right behind what stands there. @param length of all bytes now */
  wrote(length: number): void {
    this.isOpen = length > this.out.length
    this.out.length = length
  }

  /** Members that are written already, with commas between them. */
  members(source: Uint8Array, start: number, end: number): void {
    this.out.byte(this.isOpen ? COMMA : OPEN)
    this.isOpen = true
    this.out.copy(source, start, end)
  }

  end(row: number): void {
    if (this.isOpen) this.out.byte(CLOSE)
    else this.starts[row] = NO_TEXT
    this.ends[row] = this.out.length
  }

  /** Closes the document that begins at the end of the last one for rows to share. @returns how they name it */
  endShared(row: number): number {
    this.end(row)
    return this.starts[row] === NO_TEXT ? NO_TEXT : -1 - this.sharedEnds.push(this.out.length)
  }
}

/** `"name":`, in words of four bytes, little-endian. */
export interface MemberName {
  words: Int32Array
  /** Bytes of it. */
  length: number
}

export function memberName(name: string): MemberName {
  const bytes = Buffer.from(`${JSON.stringify(name)}:`)
  const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4)
  bytes.copy(padded)
  const words = Int32Array.from({ length: padded.length / 4 }, (_, i) => padded.readInt32LE(i * 4))
  return { words, length: bytes.length }
}

/** Attributes as an object of texts, in order, each value as `AttributeValues` has it. */
export class AttributeWriter {
  /** Each different key of the tape as a member's name. */
  private readonly names = new ByteBuffer(4096)
  private ends = new Int32Array(64)
  private bytes!: Uint8Array
  private data!: DataView
  private codes!: DataView
  private keyOf!: Int32Array
  private values!: AttributeValues

  /** To be called before {@link write} for each request. */
  prepare({ tape, bytes, data, values }: AttributeInput): void {
    const { keys } = tape
    this.bytes = bytes
    this.data = data
    this.codes = dataView(values.codes)
    this.keyOf = tape.attributes.at.key
    this.values = values
    this.names.clear()
    if (keys.length > this.ends.length) this.ends = new Int32Array(keys.length * 2)
    for (let key = 0; key < keys.length; key++) {
      writeString(this.names, bytes, data, keys.starts[key]!, keys.ends[key]!)
      this.names.byte(COLON)
      this.ends[key] = this.names.length
    }
  }

  write(out: ByteBuffer, { attributes, attributeCount }: AttributeRange, row: number): void {
    const { names, ends, bytes, data, keyOf, values } = this
    const { formatted } = values
    const first = attributes[row]!
    const end = first + attributeCount[row]!
    out.byte(OPEN)
    for (let pair = first; pair < end; pair++) {
      if (pair > first) out.byte(COMMA)
      const key = keyOf[pair]!
      out.copy(names.bytes, key === 0 ? 0 : ends[key - 1]!, ends[key]!)
      const start = values.starts[pair]!
      if (start >= 0) writeString(out, bytes, data, start, values.ends[pair]!)
      else writeString(out, formatted.bytes, formatted.data, -1 - start, values.ends[pair]!)
    }
    out.byte(CLOSE)
  }

  /** The keys of a row's attributes, as an array. */
  writeKeys(out: ByteBuffer, { attributes, attributeCount }: AttributeRange, row: number): void {
    const { names, ends, keyOf } = this
    const first = attributes[row]!
    const end = first + attributeCount[row]!
    out.byte(OPEN_ARRAY)
    for (let pair = first; pair < end; pair++) {
      if (pair > first) out.byte(COMMA)
      const key = keyOf[pair]!
      out.copy(names.bytes, key === 0 ? 0 : ends[key - 1]!, ends[key]! - 1)
    }
    out.byte(CLOSE_ARRAY)
  }

  /** The value type codes of a row's attributes, as a string. */
  writeTypes(out: ByteBuffer, { attributes, attributeCount }: AttributeRange, row: number): void {
    const first = attributes[row]!
    writeString(out, this.values.codes, this.codes, first, first + attributeCount[row]!)
  }
}
