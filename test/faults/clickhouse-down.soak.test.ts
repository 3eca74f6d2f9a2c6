/** The long form of clickhouse-down.test.ts: ClickHouse away for minutes, and killed again and again right after its start, under load. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { expectBalance, spansInSpool, spansStored } from '../kit/invariant.ts'
import { metricOf, SpanSender } from '../kit/span-sender.ts'
import { startDatabase } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'

const AWAY_MS = 180_000
const SENDERS = 4
const RESTARTS = 5

let clickhouse: TestClickHouse
let collector: Collector
beforeAll(async () => {
  clickhouse = await startDatabase()
  collector = await startCollector({ clickhouseUrl: clickhouse.url })
}, 60_000)
afterAll(async () => {
  await collector?.stop()
  await clickhouse?.stop()
})

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('takes spans for minutes without ClickHouse, in little memory, and delivers them all, once', async () => {
  const sender = new SpanSender(() => collector.urls.otlpHttp)
  let running = true
  const load = Array.from({ length: SENDERS }, async () => {
    while (running) {
      await sender.deliver(500)
      await sleep(500)
    }
  })
  await eventually(async () => expect((await spansStored(clickhouse.client)).spans).toBeGreaterThan(0))
  await clickhouse.kill()
  await sleep(AWAY_MS)
  const rssMiB = (await metricOf(collector.urls.otlpHttp, 'process_resident_memory_bytes')) / 1024 / 1024
  process.stdout.write(
    `away for ${AWAY_MS / 1_000} s, ${sender.accepted} spans taken, ${Math.round(rssMiB)} MiB resident\n`,
  )
  expect(rssMiB).toBeLessThan(512)
  for (let restart = 0; restart < RESTARTS; restart++) {
    await clickhouse.restart()
    await sleep(300 * restart)
    await clickhouse.kill()
  }
  running = false
  await Promise.all(load)
  const { accepted } = sender
  const { dataDir } = collector
  const spool = await spansInSpool(dataDir)
  process.stdout.write(`${spool} of ${accepted} spans in the spool before the last start\n`)
  await clickhouse.restart()
  const fault = `ClickHouse away for ${AWAY_MS / 1_000} s and killed ${RESTARTS} times`
  const { client } = clickhouse
  const pending = () => metricOf(collector.urls.otlpHttp, 'runlens_spool_pending_records')
  await eventually(async () => expect(await pending()).toBe(0), 300_000)
  await expectBalance({ fault, dataDir, client, accepted, stored: accepted, spool: 0, deadLetter: 0 })
  const { spans, rows } = await spansStored(client)
  expect(rows).toBe(spans)
}, 900_000)
