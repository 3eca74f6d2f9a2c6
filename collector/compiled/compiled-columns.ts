/** Writes columns of blocks of spans by compiled stages, within the memory of the stages. */
import type { BlockRoom } from '../blocks/block-builder.ts'
import { ByteBuffer } from '../blocks/byte-buffer.ts'
import { type AttributeRange, type Cells, type ColumnStage, RowNumbers } from '../blocks/sources.ts'
import type { Stages } from './stages.ts'

export class CompiledColumns implements ColumnStage {
  constructor(private readonly stages: Stages) {}

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
