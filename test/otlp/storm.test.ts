/** The built collector under a storm: everything is answered, what was acknowledged is there, memory stays bounded. */
import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Collector, startCollector } from '../kit/collector.ts'
import { someSpans, traceRequest } from './payload.ts'
import { GrpcSender, http } from './senders.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 })

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

/** Resident bytes of the collector at its worst so far, as Linux keeps them; undefined elsewhere. */
function peakBytes(): number | undefined {
  if (process.platform !== 'linux') return undefined
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${collector.pid}/status`, 'utf8'))
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
    for (let round = 0; round < 3; round++) {
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
    expect(await metric('runlens_otlp_in_flight_requests')).toBe(0)
    expect(await metric('runlens_otlp_in_flight_bytes')).toBe(0)
  })

  it.runIf(process.platform === 'linux')('never took more than half a GiB', () => {
    expect(peakBytes()).toBeLessThan(RSS_MAX)
  })
})
