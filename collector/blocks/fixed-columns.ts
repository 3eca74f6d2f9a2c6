/** Columns of fixed width in Native format: numbers, times, ids, and Nullable, which is a byte per row and then the values. */
import type { ByteBuffer } from './byte-buffer.ts'
import type { RowNumbers } from './sources.ts'

/** `width` raw bytes (a multiple of 4) per row; a start of -1 gives zeros. Ids and fixed64 times are on the wire as they rest. */
export function writeBytes(
  out: ByteBuffer,
  rows: RowNumbers,
  source: DataView,
  starts: Int32Array,
  width: number,
): void {
  out.ensure(rows.length * width)
  const { data } = out
  let at = out.length
  for (let i = 0; i < rows.length; i++) {
    const start = starts[rows.at[i]!]!
    if (start < 0) for (const end = at + width; at < end; at += 4) data.setInt32(at, 0)
    else
      for (let from = start; from < start + width; from += 4, at += 4)
        data.setInt32(at, source.getInt32(from, true), true)
  }
  out.length = at
}

/** Whole numbers of 1, 2 or 4 bytes. */
export function writeNumbers(
  out: ByteBuffer,
  rows: RowNumbers,
  numbers: Int32Array | Uint8Array | Uint16Array,
  width: number,
): void {
  out.ensure(rows.length * width)
  const { bytes } = out
  let at = out.length
  for (let i = 0; i < rows.length; i++) {
    const value = numbers[rows.at[i]!]!
    bytes[at++] = value
    if (width > 1) bytes[at++] = value >>> 8
    if (width > 2) {
      bytes[at++] = value >>> 16
      bytes[at++] = value >>> 24
    }
  }
  out.length = at
}

/** The same bytes in every row. */
export function writeConstant(out: ByteBuffer, rows: RowNumbers, value: Uint8Array): void {
  if (rows.length === 0) return
  out.copy(value, 0, value.length)
  out.repeat(value.length, rows.length - 1)
}

const scratch = new DataView(new ArrayBuffer(8))
const scratchBytes = new Uint8Array(scratch.buffer)

/** Nullable figures. A figure that the type can't hold (NaN, infinite, for UInt64 also negative) is null. */
export function writeFigures(
  out: ByteBuffer,
  rows: RowNumbers,
  figures: Float64Array,
  type: 'UInt64' | 'Float32' | 'Float64',
): void {
  const width = type === 'Float32' ? 4 : 8
  out.ensure(rows.length * (1 + width))
  let nullAt = out.length
  out.fill(0, rows.length * (1 + width))
  let at = nullAt + rows.length
  for (let i = 0; i < rows.length; i++, at += width) {
    const figure = figures[rows.at[i]!]!
    const holds = Number.isFinite(figure) && (type !== 'UInt64' || (figure >= 0 && figure < 2 ** 64))
    out.bytes[nullAt++] = holds ? 0 : 1
    if (!holds) continue
    if (type === 'Float32') scratch.setFloat32(0, figure, true)
    else if (type === 'Float64') scratch.setFloat64(0, figure, true)
    else setUint64(figure)
    for (let k = 0; k < width; k++) out.bytes[at + k] = scratchBytes[k]!
  }
}

function setUint64(figure: number): void {
  scratch.setUint32(0, figure % 0x1_0000_0000, true)
  scratch.setUint32(4, figure / 0x1_0000_0000, true)
}

/** Nullable DateTime64(9) from nanoseconds; 0 is null. Copied as bytes, so that no BigInt is made. */
export function writeTimes(out: ByteBuffer, rows: RowNumbers, times: BigInt64Array): void {
  const source = new Uint8Array(times.buffer, times.byteOffset, times.byteLength)
  out.ensure(rows.length * 9)
  const { bytes } = out
  let nullAt = out.length
  let at = nullAt + rows.length
  for (let i = 0; i < rows.length; i++) {
    const from = rows.at[i]! * 8
    let any = 0
    for (let k = 0; k < 8; k++) {
      const value = source[from + k]!
      bytes[at++] = value
      any |= value
    }
    bytes[nullAt++] = any === 0 ? 1 : 0
  }
  out.length = at
}
