/** Reads committed records back in order, batch by batch, straight from the segment files. */
import { type PatientDisk, SpoolReadError } from './patient-disk.ts'
import { ReadWindows, WINDOW_BYTES, type Window } from './read-windows.ts'
import {
  findHead,
  HEAD_BYTES,
  payloadIsWhole,
  type RecordHead,
  readHead,
  readRecord,
  type SpoolRecord,
} from './record.ts'
import { SEGMENT_HEAD_BYTES, type Segment } from './segment.ts'

export interface ReadLimits {
  /** The first record wanted. */
  first: number
  /** The last record wanted. */
  last: number
  rowsMax: number
  bytesMax: number
  /** All of them or an error: what a plan fixed before must not come in parts. */
  isPlanned?: boolean
}

export interface RecordBatch {
  records: SpoolRecord[]
  rows: number
  bytes: number
  /** Records that could no longer be read whole; they were durable once. */
  damaged: number
  /** What the records are views of. */
  windows: Window[]
}

/** Where the last batch ended, so that the next one need not search. */
interface Place {
  sequence: number
  number: number
  offset: number
}

export class SegmentReader {
  private readonly windows = new ReadWindows()
  private place: Place = { sequence: 0, number: 0, offset: 0 }

  constructor(
    private readonly segments: readonly Segment[],
    private readonly salt: number,
    private readonly disk: PatientDisk,
  ) {}

  /**
   * At least one record if there is one in `[first, last]`, then as many as the limits allow and the disk gives.
   * @throws SpoolReadError when the disk does not give the first of them
   */
  async read(limits: ReadLimits): Promise<RecordBatch> {
    const batch: RecordBatch = { records: [], rows: 0, bytes: 0, damaged: 0, windows: [] }
    try {
      for (const segment of [...this.segments]) {
        if (segment.lastSequence < limits.first || segment.firstSequence > limits.last) continue
        if (!(await this.readSegment(segment, limits, batch))) break
      }
      this.disk.succeeded()
    } catch (error) {
      if (!(error instanceof SpoolReadError) || batch.records.length === 0 || limits.isPlanned) throw error
    }
    return batch
  }

  /** Nobody looks at the records of these windows any more; those that are not given back are made anew. */
  giveBack(windows: readonly Window[]): void {
    this.windows.giveBack(windows)
  }

  /** Whether there is room for more in the batch. */
  private async readSegment(segment: Segment, limits: ReadLimits, batch: RecordBatch): Promise<boolean> {
    const known = this.place.number === segment.number && this.place.sequence < limits.first
    let offset = known ? this.place.offset : SEGMENT_HEAD_BYTES
    let seen = known ? this.place.sequence : segment.firstSequence - 1
    const file = await this.disk.open(segment)
    const readAt = (from: number, length: number) => {
      const window = this.windows.take(length)
      batch.windows.push(window)
      return this.disk.read(file, segment, from, window.subarray(0, length))
    }
    try {
      while (offset < segment.bytes) {
        const bytes = await readAt(offset, Math.min(WINDOW_BYTES, segment.bytes - offset))
        const head = readHead(bytes, 0, this.salt)
        const whole = head && head.end > bytes.length ? await readAt(offset, head.end) : bytes
        const used = this.take(whole, limits, batch)
        if (used.bytes > 0) {
          offset += used.bytes
          seen = used.sequence
          this.place = { sequence: seen, number: segment.number, offset }
        }
        if (used.full) return false
        if (used.bytes > 0) continue
        const next = await findNext(readAt, offset + 1, segment.bytes, this.salt)
        const sequence = next?.head.sequence ?? segment.lastSequence + 1
        batch.damaged += overlap(seen + 1, sequence - 1, limits)
        offset = next?.offset ?? segment.bytes
        seen = sequence - 1
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

/** The next head that checks in `[from, end)` of the file: where records go on behind a damaged one. */
async function findNext(
  readAt: (offset: number, length: number) => Promise<Buffer>,
  from: number,
  end: number,
  salt: number,
): Promise<{ offset: number; head: RecordHead } | undefined> {
  for (let offset = from; offset + HEAD_BYTES <= end; offset += WINDOW_BYTES) {
    // A head that begins in this chunk may end in the next.
    const bytes = await readAt(offset, Math.min(WINDOW_BYTES + HEAD_BYTES - 1, end - offset))
    const at = findHead(bytes, 0, salt)
    if (at >= 0) return { offset: offset + at, head: readHead(bytes, at, salt)! }
  }
  return undefined
}

/** How many of the sequences `[first, last]` were wanted. */
function overlap(first: number, last: number, limits: ReadLimits): number {
  return Math.max(0, Math.min(last, limits.last) - Math.max(first, limits.first) + 1)
}
