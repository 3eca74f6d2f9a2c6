import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@runlens/runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeFiles, type SpoolFiles } from './files.ts'
import type { SpoolRecord } from './record.ts'
import { Spool, type SpoolOptions } from './spool.ts'

const log = createLogger('collector', 'silent')
const MIB = 1024 * 1024
/** Memory where there is some: hundreds of starts would wait for a disk. */
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
let directory: string
let open: Spool[] = []

beforeEach(() => {
  directory = mkdtempSync(join(PLACE, 'runlens-spool-'))
})
afterEach(async () => {
  for (const spool of open) await spool.close()
  open = []
  rmSync(directory, { recursive: true, force: true })
})

async function openSpool(options: Partial<SpoolOptions> = {}): Promise<{ spool: Spool; found: SpoolRecord[] }> {
  const found: SpoolRecord[] = []
  const spool = await Spool.open({
    directory,
    bytesMax: 64 * MIB,
    segmentBytes: MIB,
    commitIntervalMs: 1,
    graceSeconds: 60,
    log,
    onRecord: (record) => found.push(record),
    ...options,
  })
  open.push(spool)
  return { spool, found }
}

async function close(spool: Spool): Promise<void> {
  open = open.filter((other) => other !== spool)
  await spool.close()
}

const noUndo = () => undefined

/** A record that can be told from every other one by its content. */
function record(n: number, bytes = 20) {
  return {
    tenant: `tenant-${n % 3}`,
    receivedAtMs: 1_700_000_000_000 + n,
    keys: Buffer.from(String(n).padStart(16, '0')),
    blocks: [
      { table: 'spans', day: 20_000 + (n % 2), rows: 2, bytes: Buffer.alloc(bytes, `block ${n} `) },
      { table: 'logs', day: 20_000, rows: 1, bytes: Buffer.from(`other block ${n}`) },
    ],
  }
}

const everything = (spool: Spool) => ({ first: 1, last: spool.committed, rowsMax: Infinity, bytesMax: Infinity })

async function contents(spool: Spool): Promise<string[]> {
  const { records } = await spool.read(everything(spool))
  return records.map(({ blocks }) => blocks[1]!.bytes.toString())
}

const segments = () =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.segment'))
    .sort()
const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `other block ${from + i}`)

describe('the spool', () => {
  it('gives back every record as it was appended, in order, now and after a restart', async () => {
    const { spool } = await openSpool()
    for (let n = 1; n <= 5; n++) expect(await spool.append(record(n), noUndo)).toBe('durable')
    const { records } = await spool.read(everything(spool))
    expect(records.map((r) => ({ ...r }))).toMatchObject([1, 2, 3, 4, 5].map((n) => ({ sequence: n, ...record(n) })))
    await close(spool)
    const again = await openSpool()
    expect(again.found.map((r) => r.keys.toString())).toEqual([1, 2, 3, 4, 5].map((n) => String(n).padStart(16, '0')))
    expect(again.spool.id).toBe(spool.id)
    expect(await again.spool.append(record(6), noUndo)).toBe('durable')
    expect(await contents(again.spool)).toEqual(names(1, 6))
  })

  it('makes all requests of an interval durable with one fdatasync', async () => {
    let release!: () => void
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let syncs = 0
    let isOpen = false
    const files: SpoolFiles = {
      ...nodeFiles,
      datasync: async (file) => {
        if (++syncs === 2 && isOpen) await held
        await nodeFiles.datasync(file)
      },
    }
    const { spool } = await openSpool({ files, commitIntervalMs: 20 })
    isOpen = true
    syncs = 0
    const first = Promise.all([1, 2, 3].map((n) => spool.append(record(n), noUndo)))
    expect(await first).toEqual(['durable', 'durable', 'durable'])
    expect(syncs).toBe(1)
    const answers: string[] = []
    void spool.append(record(4), noUndo).then((answer) => answers.push(answer))
    while (syncs < 2) await new Promise((resolve) => setImmediate(resolve))
    const later = [5, 6, 7, 8].map((n) => spool.append(record(n), noUndo))
    // On disk but not synced is not durable: nobody has an answer yet.
    expect(answers).toEqual([])
    release()
    await Promise.all(later)
    expect(answers).toEqual(['durable'])
    expect(syncs).toBe(3)
    expect(await contents(spool)).toEqual(names(1, 8))
  })

  it('keeps everything before the last record when the file ends at any byte inside it', async () => {
    const { spool } = await openSpool()
    for (let n = 1; n <= 3; n++) await spool.append(record(n), noUndo)
    await close(spool)
    const [name] = segments()
    const path = join(directory, name!)
    const whole = readFileSync(path)
    const lastStart = whole.lastIndexOf('RLR1')
    const checkpoint = readFileSync(join(directory, 'checkpoint.json'))
    for (let length = lastStart; length < whole.length; length++) {
      for (const file of segments()) rmSync(join(directory, file))
      writeFileSync(path, whole.subarray(0, length))
      writeFileSync(join(directory, 'checkpoint.json'), checkpoint)
      const { spool: torn, found } = await openSpool()
      expect(found.map(({ sequence }) => sequence)).toEqual([1, 2])
      expect(torn.stats().corruptSegments).toBe(0)
      // The sequence of the torn record was never acknowledged and may be given again.
      expect(await torn.append(record(9), noUndo)).toBe('durable')
      expect(await contents(torn)).toEqual([...names(1, 2), 'other block 9'])
      await close(torn)
    }
  })

  it('salvages all other records when a bit flips in any byte of one in the middle, and keeps the damaged file', async () => {
    const { spool } = await openSpool()
    for (let n = 1; n <= 3; n++) await spool.append(record(n), noUndo)
    await close(spool)
    const path = join(directory, segments()[0]!)
    const whole = readFileSync(path)
    const second = whole.indexOf('RLR1', whole.indexOf('RLR1') + 1)
    const third = whole.lastIndexOf('RLR1')
    for (let at = second; at < third; at += 3) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 1 << (at % 8)
      writeFileSync(path, damaged)
      const { spool: reopened, found } = await openSpool()
      expect(found.map(({ sequence }) => sequence)).toEqual([1, 3])
      expect(reopened.stats().corruptSegments).toBe(1)
      expect(readFileSync(`${path}.corrupt`).equals(damaged)).toBe(true)
      expect(await contents(reopened)).toEqual(['other block 1', 'other block 3'])
      await close(reopened)
      const { spool: clean } = await openSpool()
      expect(clean.stats().corruptSegments).toBe(0)
      await close(clean)
      rmSync(`${path}.corrupt`)
    }
  })

  it('keeps a file aside whose last record is damaged though it is not cut short', async () => {
    const { spool } = await openSpool()
    for (let n = 1; n <= 2; n++) await spool.append(record(n), noUndo)
    await close(spool)
    const path = join(directory, segments()[0]!)
    const bytes = readFileSync(path)
    bytes[bytes.length - 3]! ^= 4
    writeFileSync(path, bytes)
    const { spool: again, found } = await openSpool()
    expect(found.map(({ sequence }) => sequence)).toEqual([1])
    expect(again.stats().corruptSegments).toBe(1)
    expect(readFileSync(`${path}.corrupt`).equals(bytes)).toBe(true)
  })

  it('says clearly that its place can not be used', async () => {
    writeFileSync(join(directory, 'file'), '')
    await expect(openSpool({ directory: join(directory, 'file') })).rejects.toMatchObject({ code: 'data_dir_unusable' })
  })

  it('does not take for a record what a sender made to look like one', async () => {
    const { spool } = await openSpool()
    await spool.append(record(1), noUndo)
    await close(spool)
    const forged = readFileSync(join(directory, segments()[0]!)).subarray(36)
    rmSync(directory, { recursive: true })
    const victim = await openSpool()
    const hostile = { ...record(2), blocks: [{ table: 'spans', day: 1, rows: 1, bytes: forged }] }
    await victim.spool.append(hostile, noUndo)
    await close(victim.spool)
    const path = join(directory, segments()[0]!)
    const bytes = readFileSync(path)
    bytes[40]! ^= 1
    writeFileSync(path, bytes)
    expect((await openSpool()).found).toEqual([])
  })

  it('starts a new segment when one is full, and reads over their borders', async () => {
    const { spool } = await openSpool({ segmentBytes: 3000 })
    for (let n = 1; n <= 10; n++) await spool.append(record(n, 1000), noUndo)
    expect(segments().length).toBe(5)
    expect(await contents(spool)).toEqual(names(1, 10))
    const limited = await spool.read({ first: 2, last: 9, rowsMax: 9, bytesMax: Infinity })
    expect(limited.records.map((r) => r.sequence)).toEqual([2, 3, 4])
    const next = await spool.read({ first: 5, last: 9, rowsMax: 1000, bytesMax: 2500 })
    expect(next.records.map((r) => r.sequence)).toEqual([5, 6])
    await close(spool)
    expect((await openSpool()).found.length).toBe(10)
  })

  it('gives a record larger than a segment and than any read limit back whole', async () => {
    const { spool } = await openSpool()
    await spool.append(record(1, 9 * MIB), noUndo)
    await spool.append(record(2), noUndo)
    const { records } = await spool.read({ first: 1, last: 2, rowsMax: 1, bytesMax: 1 })
    expect(records.map((r) => [r.sequence, r.blocks[0]!.bytes.length])).toEqual([[1, 9 * MIB]])
  })

  it('writes files for their owner only', async () => {
    const { spool } = await openSpool({ directory: join(directory, 'inner') })
    await spool.append(record(1), noUndo)
    expect(statSync(join(directory, 'inner')).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(join(directory, 'inner'))) {
      const { mode } = statSync(join(directory, 'inner', name))
      expect([name, mode & 0o077]).toEqual([name, 0])
    }
  })
})

describe('a spool at its limit', () => {
  it('refuses what does not fit, and takes requests again once ClickHouse has the rest', async () => {
    let now = 1_000_000
    const { spool } = await openSpool({ bytesMax: 10_000, segmentBytes: 3000, graceSeconds: 3600, now: () => now })
    const answers: string[] = []
    for (let n = 1; n <= 12; n++) answers.push(await spool.append(record(n, 1000), noUndo))
    expect(answers.indexOf('spool_full')).toBeGreaterThan(5)
    expect(answers.lastIndexOf('durable')).toBeLessThan(answers.indexOf('spool_full'))
    const durable = answers.indexOf('spool_full')
    expect(await contents(spool)).toEqual(names(1, durable))
    await spool.saveCheckpoint(spool.committed, null)
    now += 1000
    // The grace period is given up where its room is needed.
    while ((await spool.append(record(20, 1000), noUndo)) !== 'durable') await new Promise((r) => setImmediate(r))
    expect(spool.stats().bytes).toBeLessThan(10_000)
  })

  it('gets free again though its bound is smaller than a segment', async () => {
    const { spool } = await openSpool({ bytesMax: 20_000, segmentBytes: MIB, graceSeconds: 3600 })
    let n = 0
    while ((await spool.append(record(++n, 1000), noUndo)) === 'durable');
    expect(n).toBeGreaterThan(10)
    await spool.saveCheckpoint(spool.committed, null)
    while ((await spool.append(record(50, 1000), noUndo)) !== 'durable') await new Promise((r) => setImmediate(r))
  })

  it('deletes acknowledged segments when their grace is over, not before', async () => {
    let now = 1_000_000
    const { spool } = await openSpool({ segmentBytes: 3000, graceSeconds: 60, now: () => now })
    for (let n = 1; n <= 6; n++) await spool.append(record(n, 1000), noUndo)
    expect(segments().length).toBe(3)
    await spool.saveCheckpoint(5, null)
    now += 59_000
    await spool.saveCheckpoint(5, null)
    expect(segments().length).toBe(3)
    now += 1_000
    await spool.saveCheckpoint(5, null)
    while (segments().length === 3) await new Promise((resolve) => setImmediate(resolve))
    await close(spool)
    const { found } = await openSpool()
    expect(found.map((r) => r.sequence)).toEqual([5, 6])
  })
})

/** The real disk, which fails on command. */
function failingFiles() {
  const failing: { write?: string; datasync?: string; truncate?: string; create?: string } = {}
  const fault = (code: string | undefined) => {
    if (code) throw Object.assign(new Error(code), { code })
  }
  const files: SpoolFiles = {
    ...nodeFiles,
    create: async (path) => {
      if (path.endsWith('.segment')) fault(failing.create)
      return nodeFiles.create(path)
    },
    write: async (file, bytes, position) => {
      if (failing.write) {
        // A full disk takes some of it first.
        await nodeFiles.write(file, bytes.subarray(0, bytes.length >> 1), position)
        fault(failing.write)
      }
      await nodeFiles.write(file, bytes, position)
    },
    datasync: async (file) => {
      fault(failing.datasync)
      await nodeFiles.datasync(file)
    },
    truncate: async (file, length) => {
      fault(failing.truncate)
      await nodeFiles.truncate(file, length)
    },
  }
  return { files, failing }
}

describe('a spool whose disk fails', () => {
  for (const fault of [
    { write: 'ENOSPC' },
    { write: 'EIO', truncate: 'EIO' },
    { datasync: 'EIO' },
    { datasync: 'EIO', truncate: 'EIO' },
    { create: 'ENOSPC' },
  ] as const) {
    for (const before of [0, 2]) {
      it(`refuses during ${JSON.stringify(fault)} after ${before} records, goes on by itself, and nothing refused comes back`, async () => {
        const { files, failing } = failingFiles()
        // So small that every group opens a segment when creating is what fails.
        const { spool } = await openSpool({ files, segmentBytes: 'create' in fault ? 50 : MIB })
        for (let n = 1; n <= before; n++) await spool.append(record(n), noUndo)
        Object.assign(failing, fault)
        const undone: number[] = []
        for (const n of [70, 71]) expect(await spool.append(record(n), () => undone.push(n))).toBe('spool_failed')
        expect(undone).toEqual([70, 71])
        for (const key of Object.keys(fault)) delete failing[key as keyof typeof failing]
        for (let n = before + 1; n <= before + 2; n++) expect(await spool.append(record(n), noUndo)).toBe('durable')
        expect(await contents(spool)).toEqual(names(1, before + 2))
        expect(spool.stats().failedCommits).toBe(2)
        await close(spool)
        const { spool: again } = await openSpool()
        expect(await contents(again)).toEqual(names(1, before + 2))
        expect(again.stats().corruptSegments).toBe(0)
      })
    }
  }
})

describe('the checkpoint', () => {
  it('survives a restart with the boundaries of the batch in hand', async () => {
    const { spool } = await openSpool()
    for (let n = 1; n <= 4; n++) await spool.append(record(n), noUndo)
    const plan = { first: 2, last: 3, inserts: [{ table: 'spans', day: 20_000, first: 2, last: 3 }] }
    await spool.saveCheckpoint(1, plan)
    await close(spool)
    const { spool: again } = await openSpool()
    expect(again.checkpoint).toMatchObject({ spoolId: spool.id, acknowledged: 1, plan })
    expect(again.stats()).toMatchObject({ replayed: 3, records: 3 })
  })

  it('may be torn at any byte or missing, as long as its copy is there', async () => {
    const { spool } = await openSpool()
    for (let n = 1; n <= 3; n++) await spool.append(record(n), noUndo)
    const plan = { first: 2, last: 2, inserts: [{ table: 'spans', day: 20_000, first: 2, last: 2 }] }
    await spool.saveCheckpoint(1, plan)
    await close(spool)
    const whole = readFileSync(join(directory, 'checkpoint.json'))
    for (const name of ['checkpoint.json', 'checkpoint.copy.json']) {
      for (let length = 0; length < whole.length - 1; length += 7) {
        writeFileSync(join(directory, name), whole.subarray(0, length))
        const { spool: again } = await openSpool()
        expect(again.checkpoint).toEqual(spool.checkpoint)
        await close(again)
      }
      rmSync(join(directory, name))
      const { spool: again } = await openSpool()
      expect(again.checkpoint).toEqual(spool.checkpoint)
      await close(again)
    }
  })

  it('may be lost with its copy: then everything still there counts as not acknowledged', async () => {
    const { spool } = await openSpool()
    for (let n = 1; n <= 2; n++) await spool.append(record(n), noUndo)
    await spool.saveCheckpoint(2, null)
    await close(spool)
    const paths = ['checkpoint.json', 'checkpoint.copy.json'].map((name) => join(directory, name))
    for (const damage of [(path: string) => writeFileSync(path, '{"crc":1'), rmSync]) {
      for (const path of paths) damage(path)
      const { spool: again } = await openSpool()
      expect(again.checkpoint).toMatchObject({ spoolId: spool.id, acknowledged: 0, plan: null })
      expect(again.checkpoint.round).not.toBe(spool.checkpoint.round)
      await close(again)
    }
  })
})
