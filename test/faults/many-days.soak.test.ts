/** The long form of many-days.test.ts: 5 000 days, and 2 000 with kills and fresh spans among them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { expectBalance, spansStored } from '../kit/invariant.ts'
import { SpanSender } from '../kit/span-sender.ts'
import { rowsOf, startDatabase } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'
import { someSpans, traceRequest } from '../otlp/payload.ts'

const DAY_NS = 86_400_000_000_000n

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

async function send(body: Buffer): Promise<number> {
  const answer = await fetch(`${collector.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(body),
  })
  return answer.status
}

it('stores spans of 5 000 days, each once, in an insert for each hundred of them', async () => {
  const DAYS = 5_000
  const old = someSpans(DAYS).map((span, i) => ({
    ...span,
    startTimeUnixNano: String(BigInt(span.startTimeUnixNano) - BigInt(i) * DAY_NS),
    endTimeUnixNano: String(BigInt(span.endTimeUnixNano) - BigInt(i) * DAY_NS),
  }))
  expect(await send(traceRequest('protobuf', old))).toBe(200)
  await eventually(async () => {
    const [row] = await rowsOf(
      clickhouse.client,
      `SELECT toUInt32(count()) AS spans, toUInt32(uniqExact(span_id)) AS ids,
        toUInt32(uniqExact(toDate(started_at, 'UTC'))) AS days,
        (SELECT toUInt32(count()) FROM arrivals) AS arrived FROM spans`,
    )
    expect(row).toEqual({ spans: DAYS, ids: DAYS, days: DAYS, arrived: DAYS })
  }, 600_000)
  const metrics = await (await fetch(`${collector.urls.otlpHttp}/metrics`)).text()
  // 5 000 days lie in 50 or 51 ranges of a hundred.
  expect(Number(/^runlens_writer_inserts_total (\d+)$/m.exec(metrics)?.[1])).toBeLessThanOrEqual(51)
}, 700_000)

it('stores each span once when the collector is killed between the days, and fresh spans do not wait for them', async () => {
  const DAYS = 2_000
  await clickhouse.client.command({ query: 'TRUNCATE TABLE spans' })
  await collector.stop()
  const dataDir = mkdtempSync(join(tmpdir(), 'runlens-days-'))
  const start = async () => {
    collector = await startCollector({ clickhouseUrl: clickhouse.url, dataDir })
  }
  await start()
  const sender = new SpanSender(() => collector.urls.otlpHttp)
  const late = sender.fresh(DAYS).map((span, i) => ({
    ...span,
    startTimeUnixNano: String(BigInt(span.startTimeUnixNano) - BigInt(i + 6_000) * DAY_NS),
    endTimeUnixNano: String(BigInt(span.endTimeUnixNano) - BigInt(i + 6_000) * DAY_NS),
  }))
  expect((await sender.post(late)).status).toBe(200)
  sender.accepted += DAYS
  for (let round = 1; round <= 4; round++) {
    await sender.deliver(10)
    await eventually(async () => {
      const [row] = await rowsOf<{ fresh: number }>(
        clickhouse.client,
        'SELECT toUInt32(count()) AS fresh FROM spans WHERE started_at > now() - INTERVAL 1 DAY',
      )
      expect(row!.fresh).toBe(round * 10)
    }, 120_000)
    const { spans } = await spansStored(clickhouse.client)
    process.stdout.write(`fresh spans of round ${round} are there, with ${spans - round * 10} of ${DAYS} late ones\n`)
    await collector.kill()
    await start()
  }
  const { accepted } = sender
  const { client } = clickhouse
  const fault = `${DAYS} days and four kills`
  await expectBalance({ fault, dataDir, client, accepted, stored: accepted, spool: 0, deadLetter: 0 }, 600_000)
  const { spans, rows } = await spansStored(client)
  expect(rows).toBe(spans)
  await collector.stop()
  rmSync(dataDir, { recursive: true, force: true })
}, 900_000)
