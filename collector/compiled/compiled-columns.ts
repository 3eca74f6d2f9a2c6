/** Makes columns of blocks of spans by compiled stages, within the memory of the stages. */
import type { BlockRoom } from '../blocks/block-builder.ts'
import { ByteBuffer } from '../blocks/byte-buffer.ts'
import type { Document, MemberName } from '../blocks/document.ts'
import {
  type AttributeRange,
  type Cells,
  type Classes,
  type ColumnStage,
  type NamedFigures,
  type NamedTexts,
  type Numbers,
  RowNumbers,
} from '../blocks/sources.ts'
import type { DocumentRoom } from '../blocks/span-documents.ts'
import { MadeTexts } from './made-texts.ts'
import type { Stages } from './stages.ts'

export class CompiledColumns implements ColumnStage {
  private readonly shapeOf: Int32Array
  private readonly labelOf: Int32Array
  private readonly textOf: Int32Array
  private readonly firsts: Int32Array
  /** Columns of labels that do not lie in the memory as they are. */
  private readonly labelColumns: Int32Array[]
  /** Addresses of the columns of each text that is placed. */
  private readonly textColumns: Int32Array
  /** Columns of {@link labelColumns} in use. */
  private copied = 0
  private readonly names: Int32Array
  private readonly nameBytes: number
  private readonly made: MadeTexts
  private readonly memory: ArrayBuffer
  /** Texts that are placed. */
  private placed = 0

  constructor(private readonly stages: Stages) {
    const columns = stages.place('LABEL_COLUMNS_MAX')
    this.nameBytes = stages.place('NAME_BYTES')
    this.names = stages.numbers(stages.place('NAMES'), (columns * this.nameBytes) / 4)
    this.textColumns = stages.numbers(stages.place('TEXT_COLUMNS'), columns * 2)
    this.made = new MadeTexts(stages)
    this.memory = stages.memory.buffer
    const spans = stages.place('SPANS_MAX')
    const column = (name: string, index = 0) =>
      stages.numbers(stages.place(name) + index * stages.place('SPAN_STRIDE'), spans)
    this.shapeOf = column('SHAPE_OF')
    this.labelOf = column('LABEL_OF')
    this.textOf = column('TEXT_OF')
    this.firsts = column('CLASSES')
    this.labelColumns = Array.from({ length: columns }, (_, i) => column('LABELS', i))
  }

  shapes(length: number, { data, values }: Pick<Cells, 'data' | 'values'>): Classes | undefined {
    if (!this.stages.hold(data, values.codes)) return undefined
    return { of: this.shapeOf, firsts: this.firsts, count: this.stages.run.shapesOf(length) }
  }

  placeTexts(length: number, texts: readonly NamedTexts[], { data, values, made }: Cells): boolean {
    this.copied = 0
    if (texts.length * 2 > this.labelColumns.length || !this.stages.hold(data, values.codes)) return false
    if (texts.some(({ name }) => name.length > this.nameBytes - 4) || !this.made.place(made)) return false
    for (let i = 0; i < texts.length; i++) {
      const { name, starts, ends } = texts[i]!
      this.textColumns[i * 2] = this.addressOf(starts, length)
      this.textColumns[i * 2 + 1] = this.addressOf(ends, length)
      this.placeName(i, name)
    }
    this.placed = texts.length
    return true
  }

  private placeName(column: number, { length, words }: MemberName): void {
    const at = column * (this.nameBytes / 4)
    this.names[at] = length
    this.names.set(words, at + 1)
  }

  /** The address of a column in the memory, of a copy where it lies elsewhere. */
  private addressOf(column: Int32Array, length: number): number {
    if (column.buffer === this.memory) return column.byteOffset
    const copy = this.labelColumns[this.copied++]!
    copy.set(column.subarray(0, length))
    return copy.byteOffset
  }

  putTexts(out: ByteBuffer, row: number): number {
    const { bytes } = out
    if (bytes.buffer !== this.memory) return -1
    const begin = bytes.byteOffset
    const end = this.stages.run.putTexts(row, this.placed, begin + out.length, begin + bytes.length)
    return end < 0 ? -1 : end - begin
  }

  documents({ out, starts, ends }: Document, length: number, figures: readonly NamedFigures[]): boolean {
    const { stages, placed } = this
    const hasRoom = placed + figures.length <= this.labelColumns.length
    if (!hasRoom || !stages.hold(out.bytes, starts, ends, ...figures.map(({ values }) => values))) return false
    figures.forEach(({ name, values }, i) => {
      this.textColumns[(placed + i) * 2] = values.byteOffset
      this.placeName(placed + i, name)
    })
    const bytes = stages.run.putDocuments(length, placed, figures.length, out.bytes.length)
    if (bytes < 0) return false
    out.length = bytes
    return true
  }

  strings(
    out: ByteBuffer,
    { at, length }: RowNumbers,
    source: Uint8Array,
    starts: Int32Array,
    ends: Int32Array,
  ): boolean {
    if (!this.stages.hold(out.bytes, at, source, starts, ends)) return false
    const { run } = this.stages
    const written = run.writeStrings(
      at.byteOffset,
      length,
      starts.byteOffset,
      ends.byteOffset,
      source.byteOffset,
      out.length,
    )
    if (written < 0) return false
    out.length = written
    return true
  }

  labels(length: number, numbers: readonly Numbers[]): Classes | undefined {
    const first = this.copied
    if (first + numbers.length > this.labelColumns.length) return undefined
    for (let i = 0; i < numbers.length; i++) this.labelColumns[first + i]!.set(numbers[i]!.subarray(0, length))
    const count = this.stages.run.labelsOf(length, this.placed, first, numbers.length)
    return { of: this.labelOf, firsts: this.firsts, count }
  }

  bytes(out: ByteBuffer, { at, length }: RowNumbers, starts: Int32Array, width: number, { data }: Cells): boolean {
    const { run } = this.stages
    if (!this.stages.hold(out.bytes, at, starts, data) || length * width > out.bytes.length - out.length) return false
    if (width === 16) run.write16Bytes(at.byteOffset, length, starts.byteOffset, out.length)
    else if (width === 8) run.write8Bytes(at.byteOffset, length, starts.byteOffset, out.length)
    else return false
    out.length += length * width
    return true
  }

  texts({ at, length }: RowNumbers, starts: Int32Array, ends: Int32Array, data: DataView): Classes | undefined {
    if (!this.stages.hold(at, starts, ends, data)) return undefined
    const count = this.stages.run.textsOf(at.byteOffset, length, starts.byteOffset, ends.byteOffset)
    return { of: this.textOf, firsts: this.firsts, count }
  }

  values(out: ByteBuffer, rows: RowNumbers, { attributes, attributeCount }: AttributeRange, input: Cells): boolean {
    const { starts, formatted } = input.values
    if (!this.stages.hold(out.bytes, rows.at, input.data, starts, formatted.bytes, attributes, attributeCount))
      return false
    // Of the bytes that stand there then; -1 where room is lacking.
    const length = this.stages.run.writeValues(rows.at.byteOffset, rows.length, out.length)
    if (length < 0) return false
    out.length = length
    return true
  }
}

/** Where blocks are made that compiled stages write; what needs more room is made elsewhere. */
export function compiledRoom(stages: Stages): BlockRoom & { documents: DocumentRoom } {
  const stride = stages.place('SPAN_STRIDE')
  const rows = (level: number) =>
    new RowNumbers(stages.numbers(stages.place('BLOCK_ROWS') + level * stride, stages.place('SPANS_MAX')))
  const places = (name: string) => stages.numbers(stages.place(name), stages.place('SPANS_MAX'))
  const room = (name: string) => new ByteBuffer(stages.buffer(stages.place(name), stages.place(`${name}_BYTES_MAX`)))
  return {
    out: room('OUT'),
    documents: {
      labels: room('LABEL_DOCUMENTS'),
      fields: room('FIELD_DOCUMENTS'),
      fieldPlaces: { starts: places('FIELD_STARTS'), ends: places('FIELD_ENDS') },
    },
    rows: { item: rows(0), scope: rows(1), resource: rows(2) },
  }
}
