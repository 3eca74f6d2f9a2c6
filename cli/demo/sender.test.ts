/** A small server stands for the collector, because only it can be made to answer 503 once, or nonsense. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { DEFAULT_LIMITS, indexTraces, TRACES, TraceTape } from '@runlens/otlp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toOtlpRequest } from './otlp-json.ts'
import { runsEndingIn } from './schedule.ts'
import { createSender, encodeRequest } from './sender.ts'

const MINUTE = Date.UTC(2026, 10, 23, 14) / 60_000
const NOW = (MINUTE + 1) * 60_000
const runs = runsEndingIn(MINUTE, { seed: 3, ratePerMinute: 20, rhythm: false })
const spanCount = runs.flatMap((run) => run.spans).length
const signal = new AbortController().signal

interface Received {
  request: IncomingMessage
  body: Buffer
}

let server: Server
let endpoint: string
let received: Received[]
let answers: { status: number; headers?: Record<string, string>; body?: Uint8Array }[]
beforeEach(async () => {
  received = []
  answers = []
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    received.push({ request, body: Buffer.concat(chunks) })
    const { status, headers = {}, body } = answers.shift() ?? { status: 200 }
    response.writeHead(status, headers).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

describe('what is sent', () => {
  it('is a request that the collector takes whole', () => {
    const outcome = indexTraces(new TraceTape(), Buffer.from(encodeRequest(toOtlpRequest(runs))), DEFAULT_LIMITS, NOW)
    expect(outcome).toMatchObject({ kind: 'indexed', items: spanCount, rejected: { total: 0 } })
  })

  it('keeps ids, times to the nanosecond, and types', () => {
    const request = toOtlpRequest(runs)
    const decoded = TRACES.request.toObject(TRACES.request.decode(encodeRequest(request)), { longs: String })
    const [group] = request.resourceSpans
    const [wanted] = group!.scopeSpans[0]!.spans
    const found = decoded.resourceSpans[0].scopeSpans[0].spans[0]
    expect(Buffer.from(found.traceId).toString('hex')).toBe(wanted!.traceId)
    expect(Buffer.from(found.spanId).toString('hex')).toBe(wanted!.spanId)
    expect(found.startTimeUnixNano).toBe(wanted!.startTimeUnixNano)
    expect(found.startTimeUnixNano).toMatch(/^17\d{17}$/)
    expect(found.attributes).toEqual(wanted!.attributes)
  })

  it('goes to /v1/traces as gzipped protobuf', async () => {
    const sender = createSender({ endpoint: `${endpoint}/`, signal })
    await sender.send(runs)
    const [{ request, body }] = received as [Received]
    expect(request.url).toBe('/v1/traces')
    expect(request.headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' })
    const decoded = TRACES.request.toObject(TRACES.request.decode(gunzipSync(body)))
    expect(
      decoded.resourceSpans.flatMap((one: { scopeSpans: { spans: [] }[] }) => one.scopeSpans[0]!.spans),
    ).toHaveLength(spanCount)
    expect(sender.sent).toEqual({ requests: 1, spans: spanCount, rejected: 0, resends: 0 })
  })
})

describe('the answer', () => {
  it('of an overloaded collector is obeyed: the same bytes again, not before Retry-After', async () => {
    answers = [{ status: 503, headers: { 'retry-after': '1' } }, { status: 429 }, { status: 200 }]
    const pauses: number[] = []
    const pause = async (ms: number) => void pauses.push(ms)
    const told: string[] = []
    const sender = createSender({ endpoint, signal, pause, waiting: (why) => told.push(why) })
    await sender.send(runs)
    expect(pauses).toEqual([1_000, 500])
    expect(told).toEqual(['answered 503'])
    expect(received).toHaveLength(3)
    expect(received[1]!.body.equals(received[0]!.body)).toBe(true)
    expect(sender.sent).toMatchObject({ requests: 1, resends: 2 })
  })

  it('of a partial success is counted', async () => {
    const body = TRACES.response
      .encode(TRACES.response.fromObject({ partialSuccess: { rejectedSpans: 4, errorMessage: 'x' } }))
      .finish()
    answers = [{ status: 200, body }]
    const sender = createSender({ endpoint, signal })
    await sender.send(runs)
    expect(sender.sent.rejected).toBe(4)
  })

  it('of a server that is no collector ends at once with what to do', async () => {
    answers = [{ status: 404 }]
    await expect(createSender({ endpoint, signal }).send(runs)).rejects.toMatchObject({
      code: 'collector_refused',
      message: expect.stringContaining('404'),
    })
    expect(received).toHaveLength(1)
  })

  it('that never comes ends with the address and the reason', async () => {
    server.close()
    server.closeAllConnections()
    // The first reason may be a connection of before that was closed; the last one counts.
    await expect(createSender({ endpoint, signal, patienceMs: 2_000 }).send(runs)).rejects.toMatchObject({
      code: 'collector_unreachable',
      message: expect.stringMatching(/127\.0\.0\.1:\d+\/v1\/traces: ECONNREFUSED/),
    })
  })
})
