/** ClickHouse away until the spool is at its limit: senders are asked to come back, and are taken again once ClickHouse is there. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { expectBalance } from '../kit/invariant.ts'
import { SpanSender } from '../kit/span-sender.ts'
import { startDatabase } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'

const SPOOL_BYTES_MAX = 400_000

let clickhouse: TestClickHouse
let collector: Collector
beforeAll(async () => {
  clickhouse = await startDatabase()
  collector = await startCollector({
    clickhouseUrl: clickhouse.url,
    settings: { spool: { bytesMax: SPOOL_BYTES_MAX, segmentBytes: 100_000 }, writer: { retryMaxMs: 200 } },
  })
})
afterAll(async () => {
  await collector?.stop()
  await clickhouse?.stop()
})

it('at its limit the spool asks senders to come back, loses nothing, and takes requests again afterwards', async () => {
  const sender = new SpanSender(() => collector.urls.otlpHttp)
  const balance = (fault: string, spool: number) => {
    const { accepted } = sender
    const stored = accepted - spool
    const { dataDir } = collector
    return expectBalance({ fault, dataDir, client: clickhouse.client, accepted, stored, spool, deadLetter: 0 })
  }
  await sender.deliver(200)
  await balance('before', 0)
  await clickhouse.kill()
  let answer = await sender.send(200)
  for (let i = 0; i < 100 && answer.status === 200; i++) answer = await sender.send(200)
  expect(answer).toEqual({ status: 503, retryAfterSeconds: 1 })
  expect((await fetch(`${collector.urls.otlpHttp}/readyz`)).status).toBe(200)
  expect(sender.accepted).toBeGreaterThan(600)

  await clickhouse.restart()
  await balance('spool at its limit', 0)
  await eventually(async () => expect((await sender.send(200)).status).toBe(200))
  await balance('after it', 0)
})
