/** A request whose spans start on many days: taken, stored exactly, in few inserts, and nobody waits behind it. The soak sends 5 000 days. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { metricOf } from '../kit/span-sender.ts'
import { rowsOf, startDatabase } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'
import { someSpans, traceRequest } from '../otlp/payload.ts'

const DAY_NS = 86_400_000_000_000n

let clickhouse: TestClickHouse
let collector: Collector
beforeAll(async () => {
  clickhouse = await startDatabase()
  collector = await startCollector({ clickhouseUrl: clickhouse.url })
})
afterAll(async () => {
  await collector?.stop()
  await clickhouse?.stop()
})

/** A span on each of so many days, the first of them `from` days ago. */
function spansOfDays(from: number, days: number, name: string) {
  return someSpans(days).map((span, i) => ({
    ...span,
    name,
    traceId: Buffer.alloc(16, name).toString('hex'),
    startTimeUnixNano: String(BigInt(span.startTimeUnixNano) - BigInt(from + i) * DAY_NS),
    endTimeUnixNano: String(BigInt(span.endTimeUnixNano) - BigInt(from + i) * DAY_NS),
  }))
}

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
  expect(await send(traceRequest('protobuf', spansOfDays(0, DAYS, 'many')))).toBe(200)
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
})

it('lets what comes later pass before the rest of the days', async () => {
  const DAYS = 20
  await clickhouse.client.command({ query: 'RENAME TABLE spans TO spans_away' })
  expect(await send(traceRequest('protobuf', spansOfDays(300, DAYS, 'late')))).toBe(200)
  const waiting = () => metricOf(collector.urls.otlpHttp, 'runlens_writer_waiting')
  await eventually(async () => expect(await waiting()).toBe(1))
  expect(await send(traceRequest('protobuf', spansOfDays(0, 1, 'fresh')))).toBe(200)
  await clickhouse.client.command({ query: 'RENAME TABLE spans_away TO spans' })
  const order = await eventually(async () => {
    const rows = await rowsOf<{ name: string }>(
      clickhouse.client,
      `SELECT toString(trace_id) AS name FROM arrivals WHERE substring(name, 1, 4) IN ('late', 'fres') ORDER BY arrived_at`,
    )
    expect(rows).toHaveLength(DAYS + 1)
    return rows.map(({ name }) => name.startsWith('fresh'))
  }, 60_000)
  // Four days, and one more, of the batch that was fixed when it came.
  expect(order.indexOf(true)).toBe(5)
})
