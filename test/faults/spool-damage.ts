/** A spool whose files are cut, flipped or torn, at one place after another, and what a start makes of each. Used by the short test and the soak. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@runlens/runtime'
import { expect } from 'vitest'
import { Spool } from '../../collector/spool/spool.ts'

const RECORDS = 6
/** Takes two records. */
const SEGMENT_BYTES = 330
const CHECKPOINTS = ['checkpoint.json', 'checkpoint.copy.json'] as const

/** A spool as it was left, file by file, and where its records are. */
export interface Left {
  files: Map<string, Buffer>
  segments: string[]
}

export interface DamageReport {
  places: number
  /** Records that were found at all these places together, and those that were not. */
  found: number
  lost: number
}

/** Memory where there is some: thousands of starts would wait for a disk. */
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(PLACE, 'runlens-damage-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function openSpool(directory: string, sequences: number[] = []): Promise<Spool> {
  return Spool.open({
    directory,
    bytesMax: 64 * 1024 * 1024,
    segmentBytes: SEGMENT_BYTES,
    commitIntervalMs: 0,
    graceSeconds: 60,
    log: createLogger('collector', 'silent'),
    onRecord: ({ sequence }) => sequences.push(sequence),
  })
}

const contentOf = (n: number) => Buffer.alloc(60, `content of record ${n}; `)

function append(spool: Spool, n: number): Promise<string> {
  const blocks = [{ table: 'spans', day: 20_000, rows: 1, bytes: contentOf(n) }]
  const record = { tenant: 'default', receivedAtMs: n, keys: Buffer.from(`key ${n}   `), blocks }
  return spool.append(record, () => undefined)
}

/** Six records in three segments, the first of them acknowledged. */
export function leaveSpool(): Promise<Left> {
  return withDirectory(async (directory) => {
    const spool = await openSpool(directory)
    for (let n = 1; n <= RECORDS; n++) expect(await append(spool, n)).toBe('durable')
    const inserts = [{ table: 'spans', day: 20_000, first: 2, last: 3 }]
    await spool.saveCheckpoint(1, { first: 2, last: 3, inserts })
    await spool.close()
    const names = readdirSync(directory).filter((name) => name.endsWith('.segment') || name.endsWith('.json'))
    const files = new Map(names.map((name) => [name, readFileSync(join(directory, name))]))
    const segments = names.filter((name) => name.endsWith('.segment')).sort()
    expect(segments).toHaveLength(RECORDS / 2)
    return { files, segments }
  })
}

/** Starts on the left files with these changes, and goes on: gives the sequences found, whose contents were read back whole. */
async function startOn({ files }: Left, changes: Record<string, Buffer>, check?: (spool: Spool) => void) {
  return withDirectory(async (directory) => {
    for (const [name, bytes] of [...files, ...Object.entries(changes)]) writeFileSync(join(directory, name), bytes)
    const sequences: number[] = []
    const spool = await openSpool(directory, sequences)
    try {
      check?.(spool)
      const { committed } = spool
      expect(await append(spool, RECORDS + 1)).toBe('durable')
      const all = await spool.read({ first: 1, last: spool.committed, rowsMax: Infinity, bytesMax: Infinity })
      expect(all.records.map(({ sequence }) => sequence)).toEqual([...sequences, committed + 1])
      for (const { sequence, blocks } of all.records.slice(0, -1)) {
        expect(contentOf(sequence).equals(blocks[0]!.bytes)).toBe(true)
      }
      const kept = readdirSync(directory).filter((name) => name.endsWith('.corrupt'))
      expect(kept).toHaveLength(spool.stats().corruptSegments)
      return { sequences, corrupt: kept.length }
    } finally {
      await spool.close()
    }
  })
}

const everything = Array.from({ length: RECORDS }, (_, i) => i + 1)
const startsIn = (bytes: Buffer) => [...bytes.toString('latin1').matchAll(/RLR1/g)].map(({ index }) => index)

/** Cuts each segment at every `step`th offset: whole records before the cut are found, in other segments all. */
export async function cutSegments(left: Left, step: number): Promise<DamageReport> {
  const report = { places: 0, found: 0, lost: 0 }
  for (const [at, name] of left.segments.entries()) {
    const bytes = left.files.get(name)!
    const [, second = 0] = startsIn(bytes)
    const isLast = at === left.segments.length - 1
    for (let length = at; length < bytes.length; length += step) {
      const cut = everything.filter((n) => n > at * 2 && n <= at * 2 + 2).slice(length >= second ? 1 : 0)
      const { sequences, corrupt } = await startOn(left, { [name]: bytes.subarray(0, length) })
      expect(sequences, `${name} cut at ${length}`).toEqual(everything.filter((n) => !cut.includes(n)))
      // Nobody was answered for what the last write of a crash left behind.
      if (isLast) expect(corrupt).toBe(0)
      count(report, sequences)
    }
  }
  return report
}

/** Flips bits of every `step`th byte, `bits` of each: at most the record of that byte is lost, and the damaged file is kept. */
export async function flipBits(left: Left, step: number, bits: number): Promise<DamageReport> {
  const report = { places: 0, found: 0, lost: 0 }
  for (const [at, name] of left.segments.entries()) {
    const bytes = left.files.get(name)!
    const starts = startsIn(bytes)
    for (let offset = at; offset < bytes.length; offset += step) {
      const index = starts.filter((start) => start <= offset).length
      const hit = index === 0 ? 0 : at * 2 + index
      for (let bit = 0; bit < bits; bit++) {
        const flipped = Buffer.from(bytes)
        flipped[offset]! ^= 1 << ((offset + bit) % 8)
        const { sequences, corrupt } = await startOn(left, { [name]: flipped })
        expect(sequences, `${name} flipped at ${offset}`).toEqual(everything.filter((n) => n !== hit))
        expect(corrupt).toBe(1)
        count(report, sequences)
      }
    }
  }
  return report
}

/** Tears the checkpoint, its copy or both at every `step`th offset: only without either the tokens begin anew. */
export async function tearCheckpoints(left: Left, step: number): Promise<DamageReport> {
  const report = { places: 0, found: 0, lost: 0 }
  const whole = left.files.get(CHECKPOINTS[0])!
  const { content } = JSON.parse(whole.toString()) as { content: string }
  const before = JSON.parse(content) as { round: string }
  for (const torn of [[CHECKPOINTS[0]], [CHECKPOINTS[1]], CHECKPOINTS]) {
    // Without its last byte, a line break, it is whole.
    for (let length = 0; length < whole.length - 1; length += step) {
      const changes = Object.fromEntries(torn.map((name) => [name, whole.subarray(0, length)]))
      const { sequences } = await startOn(left, changes, ({ checkpoint }) => {
        if (torn.length === 1) expect(checkpoint).toEqual(before)
        else expect(checkpoint).toMatchObject({ acknowledged: 0, plan: null })
        if (torn.length === 2) expect(checkpoint.round).not.toBe(before.round)
      })
      expect(sequences).toEqual(everything)
      count(report, sequences)
    }
  }
  return report
}

function count(report: DamageReport, sequences: readonly number[]): void {
  report.places++
  report.found += sequences.length
  report.lost += RECORDS - sequences.length
}

export function printReport(fault: string, { places, found, lost }: DamageReport): void {
  process.stdout.write(
    `${fault}, ${places} times: of ${places * RECORDS} records ${found} found, ${lost} in the damage\n`,
  )
}
