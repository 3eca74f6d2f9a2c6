/** Runs of numbers on a tape of metrics as JSON arrays. Makes no string of a number that is whole and below 2^53. */
import { equalBytes } from '@runlens/otlp'
import type { ByteBuffer } from './byte-buffer.ts'
import { writeNumber, writeUint64 } from './json-writer.ts'
import type { MetricDocumentInput } from './metric-cells.ts'

const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c

type WriteAt = (out: ByteBuffer, data: DataView, at: number) => void

const writeDoubleAt: WriteAt = (out, data, at) => writeNumber(out, data.getFloat64(at, true))
const writeFixed64At: WriteAt = (out, data, at) =>
  writeUint64(out, data.getInt32(at, true), data.getInt32(at + 4, true))

export class RunWriter {
  private bytes!: Uint8Array
  private data!: DataView
  private starts!: Int32Array
  private ends!: Int32Array
  /** Doubles of one run that were written last, on the tape and as text: the points of a metric have the same bounds. */
  private last = -1
  private lastEnd = -1
  private text: Uint8Array = new Uint8Array(0)

  /** To be called for each request. */
  prepare({ tape, bytes, data }: MetricDocumentInput): void {
    this.bytes = bytes
    this.data = data
    this.starts = tape.runs.at.start
    this.ends = tape.runs.at.end
    this.last = -1
  }

  doubles(out: ByteBuffer, first: number, count: number): void {
    const { data, starts, ends } = this
    const start = starts[first]!
    const end = ends[first]!
    if (count === 1 && this.last >= 0 && equalBytes(data, start, end, data, this.last, this.lastEnd)) {
      out.copy(this.text, 0, this.text.length)
      return
    }
    const before = out.length
    this.eights(out, first, count, writeDoubleAt)
    this.last = count === 1 ? start : -1
    this.lastEnd = end
    this.text = out.bytes.slice(before, out.length)
  }

  fixed64s(out: ByteBuffer, first: number, count: number): void {
    this.eights(out, first, count, writeFixed64At)
  }

  private eights(out: ByteBuffer, first: number, count: number, write: WriteAt): void {
    const { data } = this
    out.byte(OPEN)
    let isFirst = true
    for (let run = first; run < first + count; run++) {
      for (let at = this.starts[run]!; at < this.ends[run]!; at += 8) {
        if (!isFirst) out.byte(COMMA)
        isFirst = false
        write(out, data, at)
      }
    }
    out.byte(CLOSE)
  }

  varints(out: ByteBuffer, first: number, count: number): void {
    const { bytes } = this
    out.byte(OPEN)
    let isFirst = true
    for (let run = first; run < first + count; run++) {
      const end = this.ends[run]!
      for (let at = this.starts[run]!; at < end; ) {
        if (!isFirst) out.byte(COMMA)
        isFirst = false
        at = writeVarint(out, bytes, at)
      }
    }
    out.byte(CLOSE)
  }
}

/** The varint at `at`, which indexing has checked; answers where the next one starts. */
function writeVarint(out: ByteBuffer, bytes: Uint8Array, at: number): number {
  let low = 0
  let high = 0
  let next = at
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[next++]!
    const bits = byte & 127
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high = bits >>> 4
    } else high |= bits << (shift - 32)
    if (byte < 128) break
  }
  writeUint64(out, low, high)
  return next
}
