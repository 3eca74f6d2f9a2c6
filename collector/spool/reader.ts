/** Reads committed records back in order, batch by batch, straight from the segment files. */
import { open } from 'node:fs/promises'
import { HEAD_BYTES, payloadIsWhole, readHead, readRecord, type SpoolRecord } from './record.ts'
import { SEGMENT_HEAD_BYTES, type Segment } from './segment.ts'

/** Bytes read at once at most, beyond what a single record needs. */
const CHUNK_BYTES = 4 * 1024 * 1024

export interface ReadLimits {
  /** The first record wanted. */
  first: number
  /** The last record wanted. */
  last: number
  rowsMax: number
  bytesMax: number
}

export interface RecordBatch {
  records: SpoolRecord[]
  rows: number
  bytes: number
  /** Records that could no longer be read whole; they were durable once. */
  damaged: number
}

/** Where the last batch ended, so that the next one need not search. */
interface Place {
  sequence: number
  number: number
  offset: number
}

export class SegmentReader {
  private place: Place = { sequence: 0, number: 0, offset: 0 }

  constructor(
    private readonly segments: readonly Segment[],
    private readonly salt: number,
  ) {}

  /** At least one record if there is one in `[first, last]`, then as many as the limits allow. */
  async read(limits: ReadLimits): Promise<RecordBatch> {
    const batch: RecordBatch = { records: [], rows: 0, bytes: 0, damaged: 0 }
    for (const segment of [...this.segments]) {
      if (segment.lastSequence < limits.first || segment.firstSequence > limits.last) continue
      if (!(await this.readSegment(segment, limits, batch))) break
    }
    return batch
  }

  /** Whether there is room for more in the batch. */
  private async readSegment(segment: Segment, limits: ReadLimits, batch: RecordBatch): Promise<boolean> {
    const known = this.place.number === segment.number && this.place.sequence < limits.first
    let offset = known ? this.place.offset : SEGMENT_HEAD_BYTES
    const file = await open(segment.path, 'r')
    try {
      while (offset < segment.bytes) {
        const bytes = await readAt(file, offset, Math.min(CHUNK_BYTES, segment.bytes - offset))
        const head = readHead(bytes, 0, this.salt)
        const whole = head && head.end > bytes.length ? await readAt(file, offset, head.end) : bytes
        const used = this.take(whole, limits, batch)
        if (used.bytes > 0) {
          offset += used.bytes
          this.place = { sequence: used.sequence, number: segment.number, offset }
        }
        if (used.full) return false
        if (used.bytes > 0) continue
        batch.damaged++
        if (!head) return true
        offset += head.end
      }
      return true
    } finally {
      await file.close()
    }
  }

  private take(bytes: Buffer, limits: ReadLimits, batch: RecordBatch) {
    let at = 0
    let sequence = 0
    for (let head = readHead(bytes, at, this.salt); head; head = readHead(bytes, at, this.salt)) {
      if (head.sequence > limits.last) return { bytes: at, sequence, full: true }
      if (head.end > bytes.length || !payloadIsWhole(bytes, head)) break
      if (head.sequence >= limits.first) {
        const record = readRecord(bytes, head)
        const rows = record.blocks.reduce((sum, block) => sum + block.rows, 0)
        const size = head.end - head.start + HEAD_BYTES
        const isOver = batch.rows + rows > limits.rowsMax || batch.bytes + size > limits.bytesMax
        if (isOver && batch.records.length > 0) return { bytes: at, sequence, full: true }
        batch.records.push(record)
        batch.rows += rows
        batch.bytes += size
      }
      at = head.end
      sequence = head.sequence
    }
    return { bytes: at, sequence, full: false }
  }
}

async function readAt(file: import('node:fs/promises').FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return buffer.subarray(0, done)
}
