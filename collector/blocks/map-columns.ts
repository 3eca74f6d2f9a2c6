/** Map(LowCardinality(String), String) columns in Native format: offsets, keys, values (the prefix stands before them). */
import { type ByteBuffer, LOOP_BYTES_MAX } from './byte-buffer.ts'
import { writeOffsets } from './fixed-columns.ts'
import type { AttributeRange, Cells, RowNumbers } from './sources.ts'
import type { LowCardinalityWriter } from './text-columns.ts'

/** Of a value's length as a varint. */
const LENGTH_BYTES_MAX = 5

export function writeMaps(
  out: ByteBuffer,
  rows: RowNumbers,
  cells: Cells,
  range: AttributeRange,
  lowCardinality: LowCardinalityWriter,
): void {
  const pairs = writeOffsets(out, rows, range.attributeCount)
  if (pairs === 0) return
  lowCardinality.keys(out, rows, pairs, cells, range)
  let run = 1
  for (let i = 0; i < rows.length; i += run) {
    const row = rows.at[i]!
    const before = out.length
    const first = range.attributes[row]!
    writeValues(out, cells, first, first + range.attributeCount[row]!)
    // Neighbours share their resource and scope: the same values once more for each.
    run = rows.run(i)
    if (run > 1) out.repeat(out.length - before, run - 1)
  }
}

/** Values of the attributes `[first, end)`: the busiest loop of a block, so it does by hand what `ByteBuffer.row` does. */
function writeValues(out: ByteBuffer, { bytes, data, values }: Cells, first: number, end: number): void {
  const { starts, ends, formatted } = values
  let room = 0
  for (let pair = first; pair < end; pair++) {
    const start = starts[pair]!
    room += ends[pair]! - (start >= 0 ? start : -1 - start) + LENGTH_BYTES_MAX
  }
  // Room for all of them at once, so that the buffer stays the same one inside the loop.
  out.ensure(room)
  const target = out.bytes
  const targetData = out.data
  let at = out.length
  for (let pair = first; pair < end; pair++) {
    let from = starts[pair]!
    const to = ends[pair]!
    const source = from >= 0 ? bytes : formatted.bytes
    const sourceData = from >= 0 ? data : formatted.data
    if (from < 0) from = -1 - from
    if (to - from <= LOOP_BYTES_MAX) {
      target[at++] = to - from
      for (; from + 4 <= to; from += 4, at += 4) targetData.setInt32(at, sourceData.getInt32(from, true), true)
      while (from < to) target[at++] = source[from++]!
    } else {
      out.length = at
      out.row(source, from, to)
      at = out.length
    }
  }
  out.length = at
}
