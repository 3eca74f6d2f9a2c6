/**
 * A record of the spool: what one accepted request left to store. Little-endian.
 *
 * head (24 bytes)  magic · payload bytes u32 · sequence u64 · payload crc u32 · head crc u32 (of the 20 bytes before)
 * payload          received ms u64 · tenant (u16 + bytes) · keys (u32 + 8 bytes each) · blocks u32, each: table (u8 +
 *                  bytes), day u32, rows u32, bytes u32 · the blocks' bytes
 *
 * The head has a checksum of its own, so that behind a damaged payload the next record is found by length, and behind a
 * damaged head by searching for the next head that checks. That checksum starts from a salt of the spool, so that bytes
 * which a sender made to look like a record are never found by that search.
 */
import type { ByteBuffer } from '../blocks/byte-buffer.ts'
import { crc32 } from './crc32.ts'

/** `RLR1` */
const MAGIC = 0x31524c52
const MAGIC_BYTES = Buffer.from('RLR1')
export const HEAD_BYTES = 24
const HEAD_CRC_AT = 20

/** Rows of one table and day in Native format. */
export interface RecordBlock {
  table: string
  /** UTC days since the epoch. */
  day: number
  rows: number
  bytes: Uint8Array
}

/** What a record is made of; everything is copied by `append`. */
export interface RecordInput {
  tenant: string
  receivedAtMs: number
  /** Resend filter keys of its spans: eight bytes each. */
  keys: Uint8Array
  blocks: readonly RecordBlock[]
}

export interface SpoolRecord extends RecordInput {
  sequence: number
}

/** Writes a record with the sequence left open, which `seal` sets at commit. Returns where it starts in `out`. */
export function writeRecord(out: ByteBuffer, { tenant, receivedAtMs, keys, blocks }: RecordInput): number {
  const at = out.length
  out.fill(0, HEAD_BYTES)
  out.uint64(receivedAtMs)
  const tenantBytes = Buffer.from(tenant)
  out.uint16(tenantBytes.length)
  out.copy(tenantBytes, 0, tenantBytes.length)
  out.uint32(keys.length / 8)
  out.copy(keys, 0, keys.length)
  out.uint32(blocks.length)
  for (const block of blocks) {
    const table = Buffer.from(block.table)
    out.byte(table.length)
    out.copy(table, 0, table.length)
    out.uint32(block.day)
    out.uint32(block.rows)
    out.uint32(block.bytes.length)
  }
  for (const { bytes } of blocks) out.copy(bytes, 0, bytes.length)
  const payload = out.bytes.subarray(at + HEAD_BYTES, out.length)
  const head = view(out.bytes, at)
  head.setUint32(0, MAGIC, true)
  head.setUint32(4, payload.length, true)
  head.setUint32(16, crc32(payload), true)
  return at
}

/** Gives the record at `at` its sequence and closes its head. */
export function sealRecord(bytes: Uint8Array, at: number, sequence: number, salt: number): void {
  const head = view(bytes, at)
  head.setUint32(8, sequence >>> 0, true)
  head.setUint32(12, Math.floor(sequence / 0x1_0000_0000), true)
  head.setUint32(HEAD_CRC_AT, crc32(bytes.subarray(at, at + HEAD_CRC_AT), salt), true)
}

/** Where a record stands in some bytes. */
export interface RecordHead {
  sequence: number
  /** Start of the payload. */
  start: number
  end: number
}

/** The head at `at`, or undefined when it is cut off or damaged. */
export function readHead(bytes: Uint8Array, at: number, salt: number): RecordHead | undefined {
  if (at + HEAD_BYTES > bytes.length) return undefined
  const head = view(bytes, at)
  if (head.getUint32(0, true) !== MAGIC) return undefined
  if (head.getUint32(HEAD_CRC_AT, true) !== crc32(bytes.subarray(at, at + HEAD_CRC_AT), salt)) return undefined
  const start = at + HEAD_BYTES
  return {
    sequence: head.getUint32(8, true) + head.getUint32(12, true) * 0x1_0000_0000,
    start,
    end: start + head.getUint32(4, true),
  }
}

/** Whether the payload that `head` announces is there and whole. */
export function payloadIsWhole(bytes: Uint8Array, { start, end }: RecordHead): boolean {
  return (
    end <= bytes.length && crc32(bytes.subarray(start, end)) === view(bytes, start - HEAD_BYTES).getUint32(16, true)
  )
}

/** The next place behind `from` where a head checks; -1 for none. */
export function findHead(bytes: Buffer, from: number, salt: number): number {
  let at = bytes.indexOf(MAGIC_BYTES, from)
  while (at >= 0 && !readHead(bytes, at, salt)) at = bytes.indexOf(MAGIC_BYTES, at + 1)
  return at
}

/** Reads a whole record; keys and blocks are views into `bytes`. */
export function readRecord(bytes: Buffer, { sequence, start }: RecordHead): SpoolRecord {
  let at = start
  const uint32 = () => {
    at += 4
    return bytes.readUInt32LE(at - 4)
  }
  const receivedAtMs = uint32() + uint32() * 0x1_0000_0000
  const tenantEnd = at + 2 + bytes.readUInt16LE(at)
  const tenant = bytes.toString('utf8', at + 2, tenantEnd)
  at = tenantEnd
  const keyBytes = uint32() * 8
  const keys = bytes.subarray(at, at + keyBytes)
  at += keyBytes
  const heads = Array.from({ length: uint32() }, () => {
    const tableEnd = at + 1 + bytes[at]!
    const table = bytes.toString('latin1', at + 1, tableEnd)
    at = tableEnd
    return { table, day: uint32(), rows: uint32(), bytes: uint32() }
  })
  const blocks = heads.map((head) => {
    at += head.bytes
    return { ...head, bytes: bytes.subarray(at - head.bytes, at) }
  })
  return { sequence, receivedAtMs, tenant, keys, blocks }
}

function view(bytes: Uint8Array, at: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + at, HEAD_BYTES)
}
