/** Makes columns of blocks of spans by compiled stages, within the memory of the stages. */
import type { TextColumn } from '@runlens/mapping'
import type { BlockRoom } from '../blocks/block-builder.ts'
import { ByteBuffer } from '../blocks/byte-buffer.ts'
import {
  type AttributeRange,
  type Cells,
  type Classes,
  type ColumnStage,
  type Numbers,
  RowNumbers,
} from '../blocks/sources.ts'
import type { Stages } from './stages.ts'

export class CompiledColumns implements ColumnStage {
  private readonly shapeOf: Int32Array
  private readonly labelOf: Int32Array
  private readonly firsts: Int32Array
  /** Columns of labels. */
  private readonly labelColumns: Int32Array[]

  constructor(private readonly stages: Stages) {
    const spans = stages.place('SPANS_MAX')
    const column = (name: string, index = 0) =>
      stages.numbers(stages.place(name) + index * stages.place('SPAN_STRIDE'), spans)
    this.shapeOf = column('SHAPE_OF')
    this.labelOf = column('LABEL_OF')
    this.firsts = column('CLASSES')
    this.labelColumns = Array.from({ length: stages.place('LABEL_COLUMNS_MAX') }, (_, i) => column('LABELS', i))
  }

  shapes(length: number, { data, values }: Pick<Cells, 'data' | 'values'>): Classes | undefined {
    if (!this.stages.hold(data, values.codes)) return undefined
    return { of: this.shapeOf, firsts: this.firsts, count: this.stages.run.shapesOf(length) }
  }

  labels(
    length: number,
    texts: readonly TextColumn[],
    numbers: readonly Numbers[],
    { data, values }: Pick<Cells, 'data' | 'values'>,
  ): Classes | undefined {
    if (!this.stages.hold(data, values.codes)) return undefined
    if (texts.length * 2 + numbers.length > this.labelColumns.length) return undefined
    let column = 0
    const place = (cells: Numbers) => this.labelColumns[column++]!.set(cells.subarray(0, length))
    for (const { starts, ends } of texts) {
      place(starts)
      place(ends)
    }
    for (const cells of numbers) place(cells)
    const count = this.stages.run.labelsOf(length, texts.length, numbers.length)
    return { of: this.labelOf, firsts: this.firsts, count }
  }

  values(out: ByteBuffer, rows: RowNumbers, { attributes, attributeCount }: AttributeRange, input: Cells): boolean {
    const { starts, formatted } = input.values
    if (!this.stages.hold(out.bytes, rows.at, input.data, starts, formatted.bytes, attributes, attributeCount))
      return false
    return this.wrote(out, this.stages.run.writeValues(rows.at.byteOffset, rows.length, out.length))
  }

  /** @param length what the stage gave: of the bytes that stand there now, -1 where it lacked room */
  private wrote(out: ByteBuffer, length: number): boolean {
    if (length < 0) return false
    out.length = length
    return true
  }
}

/** Where blocks are made that compiled stages write; what needs more room is made elsewhere. */
export function compiledRoom(stages: Stages): BlockRoom {
  const stride = stages.place('SPAN_STRIDE')
  const rows = (level: number) =>
    new RowNumbers(stages.numbers(stages.place('BLOCK_ROWS') + level * stride, stages.place('SPANS_MAX')))
  return {
    out: new ByteBuffer(stages.buffer(stages.place('OUT'), stages.place('OUT_BYTES_MAX'))),
    rows: { item: rows(0), scope: rows(1), resource: rows(2) },
  }
}
