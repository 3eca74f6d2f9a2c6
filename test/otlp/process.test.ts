/** The built collector, without any ClickHouse: what it answers over every way that OTLP comes in. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Collector, startCollector } from '../kit/collector.ts'
import { someSpans, traceRequest } from './payload.ts'
import { http, WAYS } from './senders.ts'

const FIXTURES = new URL('../fixtures/otlp/', import.meta.url)
const SPANS_MAX = 2_000
const BODY_BYTES_MAX = 3_000_000
const FULL_SUCCESS = { partial: undefined, status: undefined, retryAfterSeconds: undefined }

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

  it('an empty request is a success', async () => {
    for (const body of [encoding === 'json' ? '{}' : '', traceRequest(encoding, [])]) {
      const answer = await send(addresses, Buffer.from(body))
      code(answer, 0, 200)
      expect(answer).toMatchObject(FULL_SUCCESS)
    }
  })

  it('full success leaves the partial success unset, and every span is counted', async () => {
    const before = await metric('runlens_spans_accepted_total')
    const answer = await send(addresses, traceRequest(encoding, someSpans(50)))
    code(answer, 0, 200)
    expect(answer).toMatchObject(FULL_SUCCESS)
    expect(await metric('runlens_spans_accepted_total')).toBe(before + 50)
  })

  it('bad spans are rejected with a readable reason, the others are kept', async () => {
    const before = await metric('runlens_spans_accepted_total')
    const answer = await send(addresses, traceRequest(encoding, someSpans(10, 3)))
    code(answer, 0, 200)
    expect(answer.partial?.rejected).toBe(3)
    expect(answer.partial?.message).toMatch(/trace/i)
    expect(await metric('runlens_spans_accepted_total')).toBe(before + 7)
  })

  it('a span of tomorrow is data, one of the day after tomorrow and one of 1999 are rejected', async () => {
    const hours = (count: number) => `${BigInt(Date.now() + count * 3_600_000) * 1_000_000n}`
    const times = [hours(23), hours(48), `${Date.UTC(1999, 11, 31)}000000`, `${Date.UTC(2000, 0, 1)}000000`]
    const spans = someSpans(times.length).map((span, i) => ({
      ...span,
      startTimeUnixNano: times[i]!,
      endTimeUnixNano: times[i]!,
    }))
    expect((await send(addresses, traceRequest(encoding, spans))).partial?.rejected).toBe(2)
  })

  it('what can not be decoded is refused for good', async () => {
    const answer = await send(
      addresses,
      Buffer.from(encoding === 'json' ? '{"resourceSpans":[{]}' : '\x0a\xff\xff', 'latin1'),
    )
    code(answer, 3, 400)
    expect(answer.status).toMatchObject({ code: 3, retryAfterSeconds: undefined })
    expect(answer.status?.message).not.toBe('')
  })

  it('more bytes than the limit, plain or inflated, are refused for good', async () => {
    const answer = await send(addresses, Buffer.alloc(BODY_BYTES_MAX + 1, ' '))
    code(answer, 8, 413)
    expect(answer.status).toMatchObject({ code: 8, retryAfterSeconds: undefined })
  })

  it('more spans than the limit are refused for good', async () => {
    const answer = await send(addresses, traceRequest(encoding, someSpans(SPANS_MAX + 1)))
    code(answer, 8, 413)
    code(await send(addresses, traceRequest(encoding, someSpans(SPANS_MAX))), 0, 200)
  })

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
  /** One good span whose fields end with this text. */
  const send = (fields: string) => {
    const span = JSON.stringify(someSpans(1)[0]).replace(/}$/, `,${fields}}`)
    return http(addresses.http, {
      headers: { 'content-type': 'application/json' },
      body: `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`,
    })
  }
  const attributes = (...values: string[]) =>
    `"attributes":[${values.map((value, i) => `{"key":"k${i}","value":{${value}}}`)}]`

  it.each([
    ['ids in upper case', '"traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"B7AD6B7169203331"'],
    ['integers as numbers', '"startTimeUnixNano":1795391600000000000,"kind":3,"flags":257'],
    ['64-bit integers', attributes('"intValue":9007199254740993', '"intValue":"-9223372036854775808"')],
    ['NaN and Infinity', attributes('"doubleValue":"NaN"', '"doubleValue":"-Infinity"', '"doubleValue":1e300')],
    ['base64 bytes', attributes('"bytesValue":"AAECAw=="', '"bytesValue":""')],
    ['values without a value', attributes('', '"arrayValue":{}', '"kvlistValue":{}')],
    ['fields that nobody knows', '"what":[{"is":"this"}],"__proto__":{"x":1},"constructor":2'],
    ['names in snake case, which are unknown', '"trace_state":5,"dropped_events_count":"x"'],
    ['keys named like JavaScript internals', '"attributes":[{"key":"__proto__","value":{"stringValue":"x"}}]'],
  ])('takes %s', async (_, fields) => {
    const answer = await send(fields)
    expect(answer.body.toString()).toBe('{}')
    expect(answer.status).toBe(200)
  })

  it('rejects a span whose ids are not hexadecimal', async () => {
    const answer = await send('"traceId":"not a trace id, not at all, not a"')
    expect(JSON.parse(answer.body.toString()).partialSuccess.rejectedSpans).toBe('1')
  })

  it('refuses enums by name, nesting without end and what is no JSON', async () => {
    expect((await send('"kind":"SPAN_KIND_SERVER"')).status).toBe(400)
    for (const body of [`{"resourceSpans":${'['.repeat(200_000)}`, '[]', 'null', '', '{"resourceSpans":{}}', '{}{}']) {
      expect((await http(addresses.http, { headers: { 'content-type': 'application/json' }, body })).status).toBe(400)
    }
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
