/** Columns of fixed width in Native format: numbers, times, ids. */
import type { ByteBuffer } from './byte-buffer.ts'
import type { NullableDoubles, RowNumbers } from './sources.ts'

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

/** The same, with all bytes of `absent` in place of what is not there. */
export function writeBytesOr(
  out: ByteBuffer,
  rows: RowNumbers,
  source: DataView,
  starts: Int32Array,
  absent: DataView,
): void {
  const width = absent.byteLength
  out.ensure(rows.length * width)
  const { data } = out
  let at = out.length
  for (let i = 0; i < rows.length; i++) {
    const start = starts[rows.at[i]!]!
    const from = start < 0 ? absent : source
    for (let k = 0; k < width; k += 4, at += 4) data.setInt32(at, from.getInt32(Math.max(0, start) + k, true), true)
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

/** Whole numbers of 8 bytes, by halves: no BigInt is made. */
export function writeInt64s(out: ByteBuffer, rows: RowNumbers, numbers: BigInt64Array): void {
  const halves = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2)
  out.ensure(rows.length * 8)
  const { data } = out
  let at = out.length
  for (let i = 0; i < rows.length; i++, at += 8) {
    const row = rows.at[i]!
    data.setInt32(at, halves[row * 2]!, true)
    data.setInt32(at + 4, halves[row * 2 + 1]!, true)
  }
  out.length = at
}

/** Doubles, some of which may be NULL: first a byte for each that tells, then all of them. */
export function writeNullableDoubles(out: ByteBuffer, rows: RowNumbers, { values, isNull }: NullableDoubles): void {
  out.ensure(rows.length * 9)
  const { bytes, data } = out
  let at = out.length
  for (let i = 0; i < rows.length; i++) bytes[at++] = isNull[rows.at[i]!]!
  for (let i = 0; i < rows.length; i++, at += 8) {
    const row = rows.at[i]!
    data.setFloat64(at, isNull[row] === 1 ? 0 : values[row]!, true)
  }
  out.length = at
}

/** The same bytes in every row. */
export function writeConstant(out: ByteBuffer, rows: RowNumbers, value: Uint8Array): void {
  if (rows.length === 0) return
  out.copy(value, 0, value.length)
  out.repeat(value.length, rows.length - 1)
}

/** One whole number of 8 bytes. */
export function int64(value: number | bigint): Uint8Array {
  const at = new DataView(new ArrayBuffer(8))
  at.setBigInt64(0, BigInt(value), true)
  return new Uint8Array(at.buffer)
}
