/** The built collector, without any ClickHouse: what it answers over every way that OTLP comes in. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Collector, startCollector } from '../kit/collector.ts'
import { someSpans, traceRequest } from './payload.ts'
import { http, WAYS } from './senders.ts'

const FIXTURES = new URL('../fixtures/otlp/', import.meta.url)
const SPANS_MAX = 2_000
const BODY_BYTES_MAX = 3_000_000

let collector: Collector
let addresses: { grpc: string; http: string }
beforeAll(async () => {
  collector = await startCollector({
    settings: { otlp: { bodyBytesMax: BODY_BYTES_MAX, spansPerRequestMax: SPANS_MAX } },
  })
  addresses = { grpc: collector.urls.otlpGrpc, http: new URL(collector.urls.otlpHttp).host }
})
afterAll(async () => {
  expect(await collector?.stop()).toBe(0)
})

/** The value of a metric; 0 where it is not there yet. */
async function metric(name: string): Promise<number> {
  const text = (await http(addresses.http, { method: 'GET', path: '/metrics' })).body.toString()
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1] ?? 0,
  )
}

describe.each(WAYS)('over $name', ({ encoding, send }) => {
  const code = (answer: { grpc?: number; http?: number }, grpcCode: number, httpCode: number) =>
    expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? httpCode : grpcCode)

  it('a million empty spans in a few KB are refused by counting them', async () => {
    const bomb =
      encoding === 'json'
        ? Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${'{},'.repeat(900_000)}{}]}]}]}`)
        : emptySpans(1_000_000)
    const answer = await send(addresses, bomb)
    code(answer, 8, 413)
  })

  it('a request sent again is a success again and counts nothing twice', async () => {
    const request = traceRequest(encoding, someSpans(20))
    const before = await metric('runlens_spans_duplicate_total')
    await send(addresses, request)
    code(await send(addresses, request), 0, 200)
    expect(await metric('runlens_spans_duplicate_total')).toBeGreaterThanOrEqual(before + 20)
  })
})

describe('recorded payloads', () => {
  it.each([
    ['n8n-2.40.7-webhook-error-and-wait.otlp.pb', 'application/x-protobuf'],
    ['langgraph-1.7.3-openinference-4.1.1-1.otlp.json', 'application/json'],
    ['mastra-1.71.0-otel-exporter-1.4.0-traces.otlp.json', 'application/json'],
    ['vercel-ai-6.0.326-1.otlp.json', 'application/json; charset=utf-8'],
  ])('%s is accepted whole', async (file, type) => {
    const answer = await http(addresses.http, {
      headers: { 'content-type': type },
      body: readFileSync(new URL(file, FIXTURES)),
    })
    expect(answer.status).toBe(200)
    expect(answer.body.toString()).toBe(type.includes('json') ? '{}' : '')
  })
})

describe('OTLP/JSON', () => {
  const send = (body: string) => http(addresses.http, { headers: { 'content-type': 'application/json' }, body })

  it.each([
    ['values without a value', '{"value":{}},{"value":{"arrayValue":{}}},{"value":{"kvlistValue":{}}}'],
    ['keys named like JavaScript internals', '{"key":"__proto__","value":{"stringValue":"x"}},{"key":"constructor"}'],
  ])('takes %s', async (_, attributes) => {
    const span = JSON.stringify(someSpans(1)[0]).replace(/}$/, `,"attributes":[${attributes}]}`)
    const answer = await send(`{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`)
    expect([answer.status, answer.body.toString()]).toEqual([200, '{}'])
  })

  it('refuses nesting without end', async () => {
    for (const body of [`{"resourceSpans":${'['.repeat(200_000)}`, `{"x":${'{"x":'.repeat(200_000)}`])
      expect((await send(body)).status).toBe(400)
  })
})

/** ExportTraceServiceRequest { resource_spans { scope_spans { spans {} … } } }, two bytes for each span. */
function emptySpans(count: number): Buffer {
  const field = (tag: number, content: Buffer) => {
    const length: number[] = []
    for (let rest = content.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest)
      if (rest <= 127) break
    }
    return Buffer.concat([Buffer.from([tag, ...length]), content])
  }
  return field(0x0a, field(0x12, Buffer.alloc(count * 2, Buffer.from([0x12, 0]))))
}
