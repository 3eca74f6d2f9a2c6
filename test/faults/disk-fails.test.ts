/** A disk that fails under load, in ways that no real one can be made to: nothing acknowledged is lost, nothing counts twice. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Pipeline } from '../../collector/pipeline.ts'
import { nodeFiles, type SpoolFiles } from '../../collector/spool/files.ts'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { expectBalance, spansStored } from '../kit/invariant.ts'
import { bodyOf, numberedSpans, openPipeline } from '../kit/pipeline.ts'
import { startDatabase } from '../kit/stack-db.ts'

const SPANS_PER_REQUEST = 10
const REQUESTS = 240
const SENDERS = 6

let clickhouse: TestClickHouse
let dataDir: string
let pipeline: Pipeline | undefined
beforeAll(async () => {
  clickhouse = await startDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'runlens-disk-'))
})
afterAll(async () => {
  await pipeline?.stop(0)
  await clickhouse?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

/** Each of these operations fails in its turn, now and then, with half of its work done. */
function badDisk(): { files: SpoolFiles; failures: Map<string, number> } {
  const failures = new Map<string, number>()
  const calls = new Map<string, number>()
  const fault = (what: string, code: string) => {
    failures.set(what, (failures.get(what) ?? 0) + 1)
    throw Object.assign(new Error(`${code}: ${what}`), { code })
  }
  /** Counted for each operation by itself, so that each fails whatever the order of all. */
  const isTurn = (what: string, n: number) => {
    calls.set(what, (calls.get(what) ?? 0) + 1)
    return calls.get(what)! % n === 0
  }
  const files: SpoolFiles = {
    ...nodeFiles,
    write: async (file, bytes, position) => {
      const isBad = isTurn('write', 7)
      await nodeFiles.write(file, isBad ? bytes.subarray(0, bytes.length >> 1) : bytes, position)
      if (isBad) fault('write', 'ENOSPC')
    },
    datasync: async (file) => {
      if (isTurn('datasync', 5)) fault('datasync', 'EIO')
      await nodeFiles.datasync(file)
    },
    truncate: async (file, length) => {
      if (isTurn('truncate', 3)) fault('truncate', 'EIO')
      await nodeFiles.truncate(file, length)
    },
    create: async (path) => {
      if (isTurn('create', 11)) fault('create', 'ENOSPC')
      return nodeFiles.create(path)
    },
  }
  return { files, failures }
}

it('with EIO and ENOSPC under load the collector refuses what it could not keep, and goes on by itself', async () => {
  const { files, failures } = badDisk()
  // The start needs a disk that works.
  let isBad = false
  const switched = Object.fromEntries(
    Object.keys(nodeFiles).map((name) => {
      const key = name as keyof SpoolFiles
      return [key, (...args: never[]) => ((isBad ? files : nodeFiles)[key] as (...args: never[]) => unknown)(...args)]
    }),
  ) as unknown as SpoolFiles
  pipeline = await openPipeline(dataDir, clickhouse.client, { files: switched })
  isBad = true

  let next = 0
  let refused = 0
  const sender = async (name: number) => {
    while (next < REQUESTS) {
      const spans = numberedSpans(1 + next++ * SPANS_PER_REQUEST, SPANS_PER_REQUEST)
      for (;;) {
        const outcome = await pipeline!.accept(bodyOf(spans), 'default')
        if (outcome.kind === 'accepted') break
        expect(['spool_failed', 'spool_full']).toContain(outcome.reason)
        refused++
        await new Promise((resolve) => setTimeout(resolve, name))
      }
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, (_, name) => sender(name)))
  expect([...failures.keys()].sort()).toEqual(['create', 'datasync', 'truncate', 'write'])
  expect(refused).toBeGreaterThan(10)
  isBad = false

  await pipeline.stop(0)
  pipeline = await openPipeline(dataDir, clickhouse.client)
  expect(pipeline.stats().spool.corruptSegments).toBe(0)
  const accepted = REQUESTS * SPANS_PER_REQUEST
  const { client } = clickhouse
  const fault = `a disk that failed ${[...failures.values()].reduce((sum, one) => sum + one, 0)} times`
  await expectBalance({ fault, dataDir, client, accepted, stored: accepted, spool: 0, deadLetter: 0 })
  const { spans, rows } = await spansStored(client)
  expect(rows).toBe(spans)
})
