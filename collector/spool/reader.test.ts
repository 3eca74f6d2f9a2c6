import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@runlens/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ByteBuffer } from '../blocks/byte-buffer.ts'
import { nodeFiles } from './files.ts'
import { PatientDisk } from './patient-disk.ts'
import { type ReadLimits, SegmentReader } from './reader.ts'
import { HEAD_BYTES, sealRecord, writeRecord } from './record.ts'
import { SEGMENT_HEAD_BYTES, type Segment, segmentHead } from './segment.ts'

const SALT = 7
const CHUNK_BYTES = 4 * 1024 * 1024

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-reader-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** A segment of records 1, 2, … whose blocks have these sizes, and where each of them starts. */
function segmentOf(blockBytes: readonly number[]): { segment: Segment; starts: number[] } {
  const out = new ByteBuffer()
  out.copy(segmentHead(Buffer.alloc(16), 1), 0, SEGMENT_HEAD_BYTES)
  const starts = blockBytes.map((bytes, i) => {
    const block = { table: 'spans', day: 1, rows: 1, bytes: Buffer.alloc(bytes, i + 1) }
    const at = writeRecord(out, { tenant: 't', receivedAtMs: 1, keys: Buffer.alloc(0), blocks: [block] })
    sealRecord(out.bytes, at, i + 1, SALT)
    return at
  })
  const path = join(directory, 'one.segment')
  writeFileSync(path, out.view())
  return { segment: { number: 1, path, firstSequence: 1, lastSequence: starts.length, bytes: out.length }, starts }
}

function damage({ path }: Segment, ...offsets: number[]): void {
  const bytes = readFileSync(path)
  for (const at of offsets) bytes[at]! ^= 0x10
  writeFileSync(path, bytes)
}

async function read(segment: Segment, limits: Partial<ReadLimits> = {}) {
  const all = { first: 1, last: segment.lastSequence, rowsMax: Infinity, bytesMax: Infinity }
  const disk = new PatientDisk({ files: nodeFiles, log: createLogger('collector', 'silent'), now: () => 0 })
  const batch = await new SegmentReader([segment], SALT, disk).read({ ...all, ...limits })
  return { sequences: batch.records.map(({ sequence }) => sequence), damaged: batch.damaged }
}

describe('a segment that was damaged while the spool is open', () => {
  it.each([
    ['head', 3],
    ['length', 5],
    ['content', HEAD_BYTES + 20],
  ])('loses the one record whose %s is damaged, and no other', async (_, offset) => {
    const { segment, starts } = segmentOf([50, 50, 50, 50])
    damage(segment, starts[1]! + offset)
    expect(await read(segment)).toEqual({ sequences: [1, 3, 4], damaged: 1 })
  })

  it('counts each lost record: neighbours, the first and the last', async () => {
    const { segment, starts } = segmentOf([50, 50, 50, 50, 50, 50])
    damage(segment, starts[0]!, starts[2]!, starts[3]! + HEAD_BYTES, starts[5]!)
    expect(await read(segment)).toEqual({ sequences: [2, 5], damaged: 4 })
  })

  it('counts only records that were asked for', async () => {
    const { segment, starts } = segmentOf([50, 50, 50, 50, 50])
    damage(segment, starts[1]!, starts[3]!)
    expect(await read(segment, { first: 3 })).toEqual({ sequences: [3, 5], damaged: 1 })
    expect(await read(segment, { last: 3 })).toEqual({ sequences: [1, 3], damaged: 1 })
  })

  it('finds the next record wherever its head lies between two pieces of the search', async () => {
    for (const bytesInFirst of [0, 1, HEAD_BYTES - 1, HEAD_BYTES]) {
      const { starts } = segmentOf([50, 50, 50])
      const overhead = starts[2]! - starts[1]! - 50
      // The search for record 3 begins a byte behind the start of record 2.
      const { segment } = segmentOf([50, CHUNK_BYTES + 1 - bytesInFirst - overhead, 50])
      damage(segment, starts[1]!)
      expect(await read(segment)).toEqual({ sequences: [1, 3], damaged: 1 })
    }
  })
})
