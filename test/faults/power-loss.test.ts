/** A power loss takes parts that ClickHouse had acknowledged: what the spool still keeps brings them back. The soak runs the whole stack. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { expectBalance, spansStored } from '../kit/invariant.ts'
import { breakPart, newestParts, startMachineAnew } from '../kit/power-loss.ts'
import { metricOf, SpanSender } from '../kit/span-sender.ts'
import { startDatabase } from '../kit/stack-db.ts'

let clickhouse: TestClickHouse
let collector: Collector
let dataDir: string
beforeAll(async () => {
  clickhouse = await startDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'runlens-power-'))
  collector = await start()
})
afterAll(async () => {
  await collector?.stop()
  await clickhouse?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const start = () =>
  startCollector({
    clickhouseUrl: clickhouse.url,
    dataDir,
    settings: { spool: { graceSeconds: 3_600 }, writer: { batchAgeMs: 10, retryMaxMs: 200 } },
  })

const balance = ({ accepted }: SpanSender, fault: string) =>
  expectBalance({ fault, dataDir, client: clickhouse.client, accepted, stored: accepted, spool: 0, deadLetter: 0 })

it('gives nothing again after a kill, which loses nothing, and everything it has after a power loss', async () => {
  const sender = new SpanSender(() => collector.urls.otlpHttp)
  for (let i = 0; i < 3; i++) {
    await sender.deliver(30)
    await balance(sender, 'before')
  }

  await Promise.all([collector.kill(), clickhouse.kill()])
  await clickhouse.restart()
  collector = await start()
  expect(await metricOf(collector.urls.otlpHttp, 'runlens_spool_replayed_records_total')).toBe(0)
  await balance(sender, 'kill of both')
  const { spans, rows } = await spansStored(clickhouse.client)
  expect(rows).toBe(spans)

  const [newest] = await newestParts(clickhouse.client, 'spans')
  await Promise.all([collector.kill(), clickhouse.kill()])
  breakPart(newest!, 'gone')
  await startMachineAnew(dataDir)
  await clickhouse.restart()
  expect((await spansStored(clickhouse.client)).spans).toBe(sender.accepted - newest!.rows)
  collector = await start()
  await balance(sender, 'newest part gone after a power loss')
  expect(collector.output()).toContain('the machine was started anew')
  await sender.deliver(30)
  await balance(sender, 'after it')
})
