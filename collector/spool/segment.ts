/** A segment file: a head that names the spool and the first sequence, then records. Reading one says what is wrong with it. */
import { crc32 } from './crc32.ts'
import { findHead, HEAD_BYTES, payloadIsWhole, type RecordHead, readHead } from './record.ts'

const MAGIC = Buffer.from('RLSPOOL1')
export const SEGMENT_HEAD_BYTES = 36
const SUFFIX = '.segment'

/** What the running spool knows of a segment. */
export interface Segment {
  /** Counts up by file; the order of records is the order of segments. */
  number: number
  path: string
  firstSequence: number
  /** Below `firstSequence` while it is empty. */
  lastSequence: number
  /** End of the last durable record. */
  bytes: number
}

export function segmentName(number: number): string {
  return `${String(number).padStart(10, '0')}${SUFFIX}`
}

/** The number in a segment's file name, or undefined for any other file. */
export function segmentNumber(name: string): number | undefined {
  const match = /^(\d{10})\.segment$/.exec(name)
  return match ? Number(match[1]) : undefined
}

/** @param spoolId 16 bytes */
export function segmentHead(spoolId: Buffer, firstSequence: number): Buffer {
  const head = Buffer.alloc(SEGMENT_HEAD_BYTES)
  MAGIC.copy(head)
  spoolId.copy(head, 8)
  head.writeBigUInt64LE(BigInt(firstSequence), 24)
  head.writeUInt32LE(crc32(head.subarray(0, 32)), 32)
  return head
}

/** Undefined for a head that is cut off or damaged. */
export function readSegmentHead(bytes: Buffer): { spoolId: Buffer; firstSequence: number } | undefined {
  if (bytes.length < SEGMENT_HEAD_BYTES || !bytes.subarray(0, 8).equals(MAGIC)) return undefined
  if (crc32(bytes.subarray(0, 32)) !== bytes.readUInt32LE(32)) return undefined
  return { spoolId: bytes.subarray(8, 24), firstSequence: Number(bytes.readBigUInt64LE(24)) }
}

/** Where the checksums of a spool's record heads start from. */
export function saltOf(spoolId: Buffer): number {
  return spoolId.readUInt32LE(0)
}

export interface SegmentScan {
  /** Whole records in order. */
  records: RecordHead[]
  /** End of the last whole record that has nothing damaged before it. */
  soundBytes: number
  /** Damaged places with whole records behind them. */
  holes: number
  /** Bytes behind the last whole record that are no record. */
  tailBytes: number
  /** The tail is the beginning of a record and nothing else: what a crash in the middle of a write leaves. */
  isCutShort: boolean
}

/** Finds all whole records of a segment, also behind damage. */
export function scanSegment(bytes: Buffer, salt: number): SegmentScan {
  const records: RecordHead[] = []
  let at = SEGMENT_HEAD_BYTES
  let soundBytes = Math.min(at, bytes.length)
  let holes = 0
  let end = soundBytes
  let damaged = false
  while (at >= 0 && at < bytes.length) {
    const head = readHead(bytes, at, salt)
    if (head && payloadIsWhole(bytes, head)) {
      if (damaged) holes++
      damaged = false
      records.push(head)
      at = head.end
      end = at
      if (holes === 0) soundBytes = at
    } else {
      damaged = true
      at = findHead(bytes, at + 1, salt)
    }
  }
  const tailBytes = bytes.length - end
  const tail = readHead(bytes, end, salt)
  const isCutShort = tailBytes > 0 && (tailBytes < HEAD_BYTES || (tail !== undefined && tail.end > bytes.length))
  return { records, soundBytes, holes, tailBytes, isCutShort }
}
