/** The collector's clock jumps, forwards and back, while it runs and between two runs: no span is lost, rejected or counted twice. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Pipeline } from '../../collector/pipeline.ts'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { expectBalance } from '../kit/invariant.ts'
import { bodyOf, numberedSpans, openPipeline } from '../kit/pipeline.ts'
import { startDatabase } from '../kit/stack-db.ts'

const HOUR_MS = 3_600_000
const SPANS = 20
const JUMPS_HOURS = [0, 1, -1, 24 * 400, -24 * 400, 24 * 30, -24 * 30]

let clickhouse: TestClickHouse
let dataDir: string
let pipeline: Pipeline
let offsetMs = 0
const open = () => openPipeline(dataDir, clickhouse.client, { now: () => Date.now() + offsetMs })
beforeAll(async () => {
  clickhouse = await startDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'runlens-clock-'))
  pipeline = await open()
})
afterAll(async () => {
  await pipeline?.stop(0)
  await clickhouse?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

it('takes and stores everything whatever its clock says, and gives up no grace period', async () => {
  let accepted = 0
  const send = async () => {
    const answer = await pipeline.accept(bodyOf(numberedSpans(1 + accepted, SPANS)), 'default')
    expect(answer).toMatchObject({ kind: 'accepted', accepted: SPANS, rejected: 0 })
    accepted += SPANS
    expect(pipeline.stats().lagSeconds).toBeGreaterThanOrEqual(0)
    expect(pipeline.stats().lagSeconds).toBeLessThan(60)
  }
  const balance = (fault: string) => {
    const { client } = clickhouse
    return expectBalance({ fault, dataDir, client, accepted, stored: accepted, spool: 0, deadLetter: 0 })
  }
  for (const hours of JUMPS_HOURS) {
    offsetMs = hours * HOUR_MS
    await send()
    await balance(`the clock is ${hours} hours off`)
  }
  for (const hours of [400 * 24, -400 * 24]) {
    await pipeline.stop()
    offsetMs = hours * HOUR_MS
    pipeline = await open()
    await send()
    await balance(`a start with a clock ${hours} hours off`)
  }
  // What ClickHouse took a moment ago is still there, for a repair after a power loss.
  expect(readdirSync(join(dataDir, 'spool'))).toContain('0000000001.segment')
})
