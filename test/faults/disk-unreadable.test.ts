/** A disk that does not give back what it took, which no real one can be made to do: senders notice nothing, the doctor tells. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_LIMITS } from '@runlens/otlp'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkCollector } from '../../cli/doctor/check-collector.ts'
import { Figures } from '../../cli/doctor/prometheus.ts'
import { createAdmission } from '../../collector/admission.ts'
import { createCollectorRegistry } from '../../collector/metrics.ts'
import type { Pipeline } from '../../collector/pipeline.ts'
import { nodeFiles, type SpoolFiles } from '../../collector/spool/files.ts'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { expectBalance, spansStored } from '../kit/invariant.ts'
import { bodyOf, numberedSpans, openPipeline } from '../kit/pipeline.ts'
import { startDatabase } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'

let clickhouse: TestClickHouse
let dataDir: string
let pipeline: Pipeline
let isBad: boolean
beforeEach(async () => {
  clickhouse = await startDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'runlens-unreadable-'))
  isBad = false
  const files: SpoolFiles = {
    ...nodeFiles,
    read: async (...given) => {
      if (isBad) throw Object.assign(new Error('EIO: read'), { code: 'EIO' })
      return nodeFiles.read(...given)
    },
  }
  pipeline = await openPipeline(dataDir, clickhouse.client, { files })
})
afterEach(async () => {
  await pipeline?.stop(0)
  await clickhouse?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

let next = 1
async function deliver(spans: number): Promise<void> {
  const outcome = await pipeline.accept(bodyOf(numberedSpans(next, spans)), 'default')
  expect(outcome.kind).toBe('accepted')
  next += spans
}

async function examine() {
  const registry = createCollectorRegistry({
    stats: () => pipeline.stats(),
    admission: createAdmission({ ...DEFAULT_LIMITS, inFlightRequestsMax: 1, inFlightBytesMax: 1 }),
    ring: { size: 0, ageSeconds: null, failures: 0 },
    spoolBytesMax: 64 * 1024 * 1024,
  })
  const findings = checkCollector(new Figures(await registry.metrics()), Date.now())
  return Object.fromEntries(findings.map((finding) => [finding.check, finding]))
}

it('EIO while records are read back: they wait, new ones are acknowledged, all arrive when the disk reads again', async () => {
  isBad = true
  await deliver(10)
  await eventually(async () => expect(pipeline.stats().spool.failedReads).toBeGreaterThan(2))
  for (let i = 0; i < 20; i++) await deliver(10)
  expect(pipeline.stats()).toMatchObject({ spool: { records: 21, isUnreadable: true }, spans: { accepted: 210 } })
  const { 'spool disk': disk, writing } = await examine()
  expect(disk).toMatchObject({ severity: 'fault', text: expect.stringMatching(/^a segment cannot be read, \d+ tries/) })
  expect(writing).toMatchObject({ severity: 'ok' })

  isBad = false
  const { client } = clickhouse
  await expectBalance({ fault: 'EIO', dataDir, client, accepted: 210, stored: 210, spool: 0, deadLetter: 0 })
  const { spans, rows } = await spansStored(client)
  expect(rows).toBe(spans)
  expect(pipeline.stats()).toMatchObject({ spool: { isUnreadable: false }, writer: { damagedRecords: 0 } })
  expect((await examine())['spool disk']).toMatchObject({
    severity: 'warning',
    remedy: expect.stringContaining('Nothing'),
  })
})
