/** A request whose spans start on many days: taken, stored exactly, in few inserts. The soak sends one of 5 000 days. */
import { migrate } from '@runlens/clickhouse'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { rowsOf } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'
import { someSpans, traceRequest } from '../otlp/payload.ts'

const DAY_NS = 86_400_000_000_000n

let clickhouse: TestClickHouse
let collector: Collector
beforeAll(async () => {
  clickhouse = await startClickHouse()
  await migrate(clickhouse.client)
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

it('stores spans of 250 days, each once, in an insert for each hundred of them', async () => {
  const DAYS = 250
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
  }, 60_000)
  const metrics = await (await fetch(`${collector.urls.otlpHttp}/metrics`)).text()
  // 250 days lie in three or four ranges of a hundred.
  expect(Number(/^runlens_writer_inserts_total (\d+)$/m.exec(metrics)?.[1])).toBeLessThanOrEqual(4)
}, 90_000)
