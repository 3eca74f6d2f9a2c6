/** What a start finds in the spool's directory, put in order: whole records are kept, a torn tail is cut, damage is set aside. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, systemErrorCode } from '@runlens/runtime'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { readAroundBadPages, readBytes, replaceFile, type SpoolFiles, setAside } from './files.ts'
import { HEAD_BYTES, type RecordHead, readRecord, type SpoolRecord } from './record.ts'
import { firstCheckpoint, isOfEarlierBoot, nextRound } from './rounds.ts'
import {
  readSegmentHead,
  SEGMENT_HEAD_BYTES,
  type Segment,
  saltOf,
  scanSegment,
  segmentHead,
  segmentNumber,
} from './segment.ts'

/** How often a start tries to read a segment whole. */
const READ_TRIES = 5
const READ_PAUSE_MS = 500

export interface Recovered {
  spoolId: Buffer
  checkpoint: Checkpoint
  segments: Segment[]
  nextSequence: number
  nextNumber: number
  /** Segments that held damage and were set aside, records behind it salvaged. */
  corrupt: number
  tornBytes: number
}

export interface RecoveryOptions {
  directory: string
  files: SpoolFiles
  log: Logger
  /** Boot of the machine; null where the system does not tell. */
  boot: string | null
  /** Every record that is still there, in order. */
  onRecord: (record: SpoolRecord) => void
}

interface Found {
  number: number
  path: string
  /** Undefined for a damaged head. */
  head: { spoolId: Buffer; firstSequence: number } | undefined
}

export async function recover(options: RecoveryOptions): Promise<Recovered> {
  const found = await findSegments(options)
  const stored = await readCheckpoint(options.directory)
  const known = typeof stored === 'object' ? Buffer.from(stored.spoolId, 'hex') : undefined
  const spoolId = known ?? found.find(({ head }) => head)?.head?.spoolId ?? randomBytes(16)
  if (typeof stored === 'string' && found.length > 0) {
    options.log.warn(
      { checkpoint: stored },
      'no readable checkpoint: every record in the spool is given to ClickHouse again, under new tokens',
    )
  }
  const recovered: Recovered = {
    spoolId,
    checkpoint: typeof stored === 'object' ? stored : firstCheckpoint(spoolId.toString('hex'), options.boot),
    segments: [],
    nextSequence: 1,
    nextNumber: (found.at(-1)?.number ?? 0) + 1,
    corrupt: 0,
    tornBytes: 0,
  }
  for (const [i, segment] of found.entries()) {
    const next = found.slice(i + 1).find(({ head }) => head)?.head?.firstSequence
    await recoverSegment(options, recovered, segment, next)
  }
  const last = recovered.segments.at(-1)?.lastSequence ?? 0
  const { acknowledged, plan } = recovered.checkpoint
  recovered.nextSequence = Math.max(last, acknowledged, plan?.last ?? 0) + 1
  if (isOfEarlierBoot(recovered.checkpoint, options.boot)) startRound(recovered, options)
  return recovered
}

function startRound(recovered: Recovered, { boot, log }: RecoveryOptions): void {
  const first = recovered.segments[0]?.firstSequence ?? recovered.nextSequence
  const { acknowledged } = recovered.checkpoint
  recovered.checkpoint = nextRound(recovered.checkpoint, boot, first)
  const again = acknowledged - recovered.checkpoint.acknowledged
  if (again === 0) return
  log.warn(
    { records: again },
    'the machine was started anew: records that ClickHouse may have lost with the power are given to it again',
  )
}

async function findSegments({ directory, files }: RecoveryOptions): Promise<Found[]> {
  const numbers = (await files.list(directory))
    .map((name) => ({ name, number: segmentNumber(name) }))
    .filter((entry): entry is { name: string; number: number } => entry.number !== undefined)
    .sort((a, b) => a.number - b.number)
  const found: Found[] = []
  for (const { name, number } of numbers) {
    const path = join(directory, name)
    const file = await files.edit(path)
    try {
      // A head that the disk does not give is a damaged one.
      const head = await readAroundBadPages(files, file, 0, SEGMENT_HEAD_BYTES)
      found.push({ number, path, head: readSegmentHead(head) })
    } finally {
      await file.close()
    }
  }
  return found
}

/** The whole file; what the disk does not give after some tries reads as zeros, like any damage. */
async function readSegment({ files, log }: RecoveryOptions, path: string): Promise<Buffer> {
  const file = await files.view(path)
  try {
    const { size } = await file.stat()
    for (let tries = 1; tries < READ_TRIES; tries++) {
      try {
        return await readBytes(files, file, 0, size)
      } catch (error) {
        if (systemErrorCode(error) !== 'EIO') throw error
        log.warn({ segment: path, code: 'EIO' }, 'a segment can not be read; trying on')
        await sleep(READ_PAUSE_MS)
      }
    }
    return await readAroundBadPages(files, file, 0, size)
  } finally {
    await file.close()
  }
}

/** @param next first sequence of the segment behind, undefined for the last one */
async function recoverSegment(
  options: RecoveryOptions,
  recovered: Recovered,
  { number, path, head }: Found,
  next: number | undefined,
): Promise<void> {
  const bytes = await readSegment(options, path)
  const scan = scanSegment(bytes, saltOf(recovered.spoolId))
  const before = recovered.segments.at(-1)?.lastSequence ?? 0
  const records = inOrder(scan.records, before, next)
  const last = records.at(-1)?.sequence
  const lostTail = next !== undefined && scan.tailBytes > 0 && next > (last ?? (head?.firstSequence ?? next) - 1) + 1
  const isTorn = next === undefined && scan.isCutShort
  const isForeign = head !== undefined && !head.spoolId.equals(recovered.spoolId)
  const damaged =
    scan.holes > 0 ||
    lostTail ||
    isForeign ||
    (!head && records.length > 0) ||
    (next === undefined && scan.tailBytes > 0 && !isTorn)
  if (damaged) {
    recovered.corrupt++
    await setAside(options.files, path)
    options.log.error(
      { segment: path, salvagedRecords: records.length, holes: scan.holes, tailBytes: scan.tailBytes },
      'segment is damaged: kept beside as .corrupt, whole records salvaged',
    )
  } else if (isTorn) {
    recovered.tornBytes += scan.tailBytes
    options.log.warn({ segment: path, tornBytes: scan.tailBytes }, 'cut a record off that was never acknowledged')
  }
  if (last === undefined || records[0] === undefined) {
    await options.files.remove(path)
    return
  }
  const end = last === scan.records.at(-1)?.sequence && !damaged ? scan.soundBytes : undefined
  const length = await rewrite(options, path, bytes, records, end, recovered.spoolId)
  for (const record of records) options.onRecord(readRecord(bytes, record))
  recovered.segments.push({
    number,
    path,
    firstSequence: records[0].sequence,
    lastSequence: last,
    bytes: length,
  })
}

/** Records that ascend and that no later segment took back. */
function inOrder(records: readonly RecordHead[], before: number, next: number | undefined): RecordHead[] {
  let last = before
  return records.filter(({ sequence }) => {
    if (sequence <= last || (next !== undefined && sequence >= next)) return false
    last = sequence
    return true
  })
}

/** Leaves exactly `records` in the file. Returns its length. */
async function rewrite(
  { files }: RecoveryOptions,
  path: string,
  bytes: Buffer,
  records: readonly RecordHead[],
  soundEnd: number | undefined,
  spoolId: Buffer,
): Promise<number> {
  if (soundEnd === bytes.length) return bytes.length
  if (soundEnd !== undefined) {
    const file = await files.edit(path)
    try {
      await files.truncate(file, soundEnd)
      await files.datasync(file)
    } finally {
      await file.close()
    }
    return soundEnd
  }
  const parts = records.map(({ start, end }) => bytes.subarray(start - HEAD_BYTES, end))
  const content = Buffer.concat([segmentHead(spoolId, records[0]!.sequence), ...parts])
  await replaceFile(files, path, content)
  return content.length
}
