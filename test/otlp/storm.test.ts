/** The built collector under a storm: everything is answered, what was acknowledged is there, memory stays bounded. */
import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Collector, startCollector } from '../kit/collector.ts'
import { effort } from '../kit/effort.ts'
import { attribute, request, SPAN_ID, span } from '../kit/requests.ts'
import { len } from '../kit/wire.ts'
import { someSpans, traceRequest } from './payload.ts'
import { GrpcSender, http } from './senders.ts'
import { soon } from './soon.ts'

const MIB = 1024 * 1024
const PROTOBUF = { 'content-type': 'application/x-protobuf' }
const RSS_MAX = 512 * MIB

let collector: Collector
let address: string
beforeAll(async () => {
  collector = await startCollector({ settings: { otlp: { inFlightBytesMax: 64 * MIB, inFlightRequestsMax: 200 } } })
  address = new URL(collector.urls.otlpHttp).host
})
afterAll(async () => {
  expect(await collector.stop()).toBe(0)
})

/** Resident bytes of a process at its worst so far, as Linux keeps them. */
function peakBytes(pid: number): number {
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(peak?.[1]) * 1024
}

async function metric(name: string): Promise<number> {
  const text = (await http(address, { method: 'GET', path: '/metrics' })).body.toString()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

function tally<T>(items: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

describe('1 000 requests at the same time', () => {
  const spans = (request: number) =>
    someSpans(50).map((span, i) => ({
      ...span,
      spanId: `${request.toString(16)}${i.toString(16).padStart(4, '0')}`.padStart(16, '0'),
    }))

  it('over HTTP are all taken or asked to come back, and what was taken is counted', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1_000 })
    const before = await metric('runlens_spans_accepted_total')
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) =>
        http(address, { headers: PROTOBUF, body: traceRequest('protobuf', spans(i + 1)), agent }),
      ),
    )
    agent.destroy()
    const counts = tally(answers.map(({ status }) => status))
    expect((counts.get(200) ?? 0) + (counts.get(503) ?? 0)).toBe(1_000)
    expect(counts.get(200)).toBeGreaterThan(100)
    expect(await metric('runlens_spans_accepted_total')).toBe(before + 50 * counts.get(200)!)
  })

  it('over gRPC are all taken or asked to come back, and what was taken is counted', async () => {
    const senders = Array.from({ length: 10 }, () => new GrpcSender(collector.urls.otlpGrpc))
    const before = await metric('runlens_spans_accepted_total')
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => senders[i % 10]!.call(traceRequest('protobuf', spans(i + 2_000)))),
    )
    for (const sender of senders) sender.close()
    const counts = tally(answers.map(({ code }) => code))
    expect((counts.get(0) ?? 0) + (counts.get(14) ?? 0)).toBe(1_000)
    expect(counts.get(0)).toBeGreaterThan(100)
    expect(await metric('runlens_spans_accepted_total')).toBe(before + 50 * counts.get(0)!)
  })
})

describe('bombs and bodies at the limit', () => {
  const bomb = gzipSync(Buffer.alloc(300 * MIB))
  const large = Buffer.alloc(60 * MIB)

  it('are refused one and all, and memory stays within its bound', async () => {
    const sender = new GrpcSender(collector.urls.otlpGrpc)
    for (let round = 0; round < effort(1, 3); round++) {
      const answers = await Promise.all([
        ...Array.from({ length: 10 }, () =>
          http(address, { headers: { ...PROTOBUF, 'content-encoding': 'gzip' }, body: bomb }),
        ),
        ...Array.from({ length: 5 }, () => http(address, { headers: PROTOBUF, body: large })),
      ])
      const overGrpc = await Promise.all(Array.from({ length: 5 }, () => sender.call(large)))
      expect(answers.filter(({ status }) => ![400, 413, 503].includes(status))).toEqual([])
      expect(overGrpc.filter(({ code }) => ![3, 8, 14].includes(code))).toEqual([])
    }
    sender.close()
    await soon(() => metric('runlens_otlp_in_flight_requests')).toBe(0)
    await soon(() => metric('runlens_otlp_in_flight_bytes')).toBe(0)
  })

  it.runIf(process.platform === 'linux')('never took more than half a GiB', () => {
    expect(peakBytes(collector.pid)).toBeLessThan(RSS_MAX)
  })
})

describe.runIf(process.platform === 'linux')('large requests, four at a time', () => {
  const SPAN_COUNT = 45_000

  /** 18 MiB of spans with ten attributes, whose ids begin with `number`. */
  function largeRequest(number: number): Buffer {
    const attributes = Array.from({ length: 10 }, (_, i) =>
      attribute(9, `attribute.number.${i}`, len(1, `some value ${i}`)),
    )
    const one = span(len(5, 'GET /api/things'), ...attributes)
    const spans = Buffer.alloc(one.length * SPAN_COUNT, one)
    const spanIdAt = one.indexOf(SPAN_ID)
    for (let i = 0; i < SPAN_COUNT; i++) {
      spans.writeUInt32BE(number, i * one.length + spanIdAt)
      spans.writeUInt32BE(i + 1, i * one.length + spanIdAt + 4)
    }
    return request(spans)
  }

  it('are all taken while ClickHouse is away, and memory stays within its bound', async () => {
    const target = await startCollector()
    try {
      const agent = new Agent({ keepAlive: true })
      for (let round = 0; round < effort(2, 3); round++) {
        const bodies = [1, 2, 3, 4].map((i) => largeRequest(round * 4 + i))
        const call = (body: Buffer) => http(new URL(target.urls.otlpHttp).host, { headers: PROTOBUF, body, agent })
        expect((await Promise.all(bodies.map(call))).map(({ status }) => status)).toEqual([200, 200, 200, 200])
      }
      agent.destroy()
      expect(peakBytes(target.pid)).toBeLessThan(RSS_MAX)
    } finally {
      await target.stop()
    }
  }, 300_000)
})
