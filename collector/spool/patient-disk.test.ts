import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@runlens/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeFiles, type SpoolFiles } from './files.ts'
import { Spool } from './spool.ts'

const MINUTE_MS = 60_000
const BLOCK_BYTES = 10_000

let directory: string
let now: number
/** Bytes of every segment that the disk does not give. */
let bad: { from: number; to: number } | undefined
let spool: Spool
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'runlens-patient-'))
  now = 0
  bad = undefined
  spool = await open()
  for (let n = 1; n <= 5; n++) {
    const block = { table: 'spans', day: 1, rows: 1, bytes: Buffer.alloc(BLOCK_BYTES, n) }
    const record = { tenant: 't', receivedAtMs: 1, keys: Buffer.alloc(0), blocks: [block] }
    expect(await spool.append(record, () => undefined)).toBe('durable')
  }
})
afterEach(async () => {
  await spool.close()
  rmSync(directory, { recursive: true, force: true })
})

function open(): Promise<Spool> {
  const files: SpoolFiles = {
    ...nodeFiles,
    read: async (file, into, position) => {
      if (bad && position < bad.to && position + into.length > bad.from) {
        throw Object.assign(new Error('EIO: read'), { code: 'EIO' })
      }
      return nodeFiles.read(file, into, position)
    },
  }
  return Spool.open({
    directory,
    bytesMax: 1024 * BLOCK_BYTES,
    segmentBytes: 100 * BLOCK_BYTES,
    commitIntervalMs: 1,
    graceSeconds: 60,
    log: createLogger('collector', 'silent'),
    now: () => now,
    files,
  })
}

async function read() {
  const { records, damaged } = await spool.read({ first: 1, last: 5, rowsMax: 100, bytesMax: Infinity })
  return { sequences: records.map(({ sequence }) => sequence), damaged }
}

const setAside = () => readdirSync(directory).filter((name) => name.endsWith('.corrupt'))

/** A page inside the third record. */
const spoilThird = () => {
  bad = { from: 2.5 * BLOCK_BYTES, to: 2.5 * BLOCK_BYTES + 1 }
}

it('is asked again for a minute, then loses the record on the page that it does not give, and no other', async () => {
  spoilThird()
  const refused = () => expect(read()).rejects.toMatchObject({ name: 'SpoolReadError', code: 'EIO' })
  await refused()
  expect(spool.stats()).toMatchObject({ failedReads: 1, isUnreadable: true })
  now += MINUTE_MS - 1
  await refused()
  expect(setAside()).toEqual([])
  now += 1
  expect(await read()).toEqual({ sequences: [1, 2, 4, 5], damaged: 1 })
  expect(setAside()).toHaveLength(1)
  expect(spool.stats()).toMatchObject({ failedReads: 3, isUnreadable: false })
  expect((await read()).sequences).toEqual([1, 2, 4, 5])
})

it('has a new minute when it gave everything in between', async () => {
  spoilThird()
  await expect(read()).rejects.toMatchObject({ code: 'EIO' })
  bad = undefined
  expect(await read()).toEqual({ sequences: [1, 2, 3, 4, 5], damaged: 0 })
  now += 2 * MINUTE_MS
  spoilThird()
  await expect(read()).rejects.toMatchObject({ code: 'EIO' })
})

it('gives what comes before a segment that can not be read, but nothing of a plan in parts', async () => {
  const first = (await spool.read({ first: 1, last: 2, rowsMax: 100, bytesMax: Infinity })).records
  expect(first).toHaveLength(2)
  await spool.close()
  spool = await open()
  const block = { table: 'spans', day: 1, rows: 1, bytes: Buffer.alloc(BLOCK_BYTES, 6) }
  await spool.append({ tenant: 't', receivedAtMs: 1, keys: Buffer.alloc(0), blocks: [block] }, () => undefined)
  const second = readdirSync(directory)
    .filter((name) => name.endsWith('.segment'))
    .sort()
    .at(-1)!
  rmSync(join(directory, second))
  expect(existsSync(join(directory, second))).toBe(false)
  const range = { first: 1, last: 6, rowsMax: 100, bytesMax: Infinity }
  expect((await spool.read(range)).records.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5])
  await expect(spool.read({ ...range, isPlanned: true })).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(spool.read({ ...range, first: 6 })).rejects.toMatchObject({ code: 'ENOENT' })
})

it('that does not give a page at a start loses the one record there, and keeps the file aside', async () => {
  await spool.close()
  spoilThird()
  spool = await open()
  bad = undefined
  expect(spool.stats().corruptSegments).toBe(1)
  expect(await read()).toEqual({ sequences: [1, 2, 4, 5], damaged: 0 })
  expect(setAside()).toHaveLength(1)
})
