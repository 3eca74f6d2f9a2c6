/** ClickHouse behind a bad line: late, cut, or answered by something else. Batches are repeated, and every row counts once. */
import { once } from 'node:events'
import { createServer, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { ARRIVED, expectBalance } from '../kit/invariant.ts'
import { rowsOf, startDatabase } from '../kit/stack-db.ts'
import { eventually, exportRequest, nativeRun } from '../kit/traces.ts'

const STEPS = 3

/** What happens to an insert: it never arrives, though something may say that all is well, or arrives and its answer is lost. */
type Fault = 'refused' | 'unavailable' | 'page' | 'nothing' | 'cut before' | 'cut after' | 'late'
const FAULTS: readonly Fault[] = [
  'refused',
  'cut after',
  'unavailable',
  'page',
  'nothing',
  'cut before',
  'late',
  'cut after',
]

let clickhouse: TestClickHouse
let collector: Collector
let inserts = 0
const proxy = createServer((incoming, answer) => {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk) => chunks.push(chunk))
  incoming.on('end', () => {
    // Every second insert passes, so that both kinds of answers are mixed.
    const fault = inserts++ % 2 === 0 ? FAULTS[(inserts >> 1) % FAULTS.length] : undefined
    if (fault === 'refused') answer.writeHead(500).end('Internal Server Error')
    else if (fault === 'unavailable') answer.writeHead(503).end()
    else if (fault === 'page') answer.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>')
    else if (fault === 'nothing') answer.writeHead(200).end()
    else if (fault === 'cut before') incoming.socket.destroy()
    else forward(incoming.url!, incoming.headers, Buffer.concat(chunks), answer, fault)
  })
})

function forward(path: string, headers: object, body: Buffer, answer: ServerResponse, fault: Fault | undefined): void {
  const { hostname, port } = new URL(clickhouse.url)
  const passed = { ...headers, 'content-length': body.length, 'transfer-encoding': undefined }
  const sent = request(
    { host: hostname, port, path, method: 'POST', headers: withoutUndefined(passed) },
    (response) => {
      if (fault === 'cut after') answer.destroy()
      answer.writeHead(response.statusCode!, response.headers)
      setTimeout(() => response.pipe(answer), fault === 'late' ? 300 : 0)
    },
  )
  sent.on('error', () => answer.destroy())
  sent.end(body)
}

function withoutUndefined(headers: Record<string, unknown>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >
}

beforeAll(async () => {
  clickhouse = await startDatabase()
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const url = new URL(clickhouse.url)
  url.port = String((proxy.address() as AddressInfo).port)
  collector = await startCollector({
    clickhouseUrl: url.href,
    settings: { writer: { batchAgeMs: 10, retryMaxMs: 200 } },
  })
})
afterAll(async () => {
  await collector?.stop()
  proxy.closeAllConnections()
  proxy.close()
  await clickhouse?.stop()
})

it('acknowledges all the while and stores each span once, in the table and in what follows from it', async () => {
  let runs = 0
  // Until each fault has happened, however slowly batches follow one another.
  for (; runs < 60 || inserts <= FAULTS.length * 2; runs++) {
    const answer = await fetch(`${collector.urls.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(exportRequest(nativeRun(`line-${runs}`, Date.now() - 60_000, STEPS).spans)),
    })
    expect(answer.status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  const accepted = runs * (STEPS + 1)
  await eventually(async () => {
    const [row] = await rowsOf(
      clickhouse.client,
      `SELECT toUInt32(count()) AS spans, toUInt32(uniqExact(trace_id, span_id)) AS ids,
        (SELECT ${ARRIVED} FROM arrivals) AS arrived FROM spans`,
    )
    expect(row).toEqual({ spans: accepted, ids: accepted, arrived: accepted })
  }, 60_000)
  const { dataDir } = collector
  const { client } = clickhouse
  await expectBalance({ fault: 'a bad line', dataDir, client, accepted, stored: accepted, spool: 0, deadLetter: 0 })
})
