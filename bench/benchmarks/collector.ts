/** What a span costs the collector's process, from bytes on the socket to durable in the spool, beside the naive way of doing it. */
import { gzipSync } from 'node:zlib'
import { Generator } from '../generate/generator.ts'
import { toJson } from '../generate/to-json.ts'
import { benchmark, type Measurement } from '../harness/benchmark.ts'
import { whenSpoolIsEmpty } from '../harness/metrics.ts'
import { inTemporaryDirectory, NO_CLICKHOUSE, type Running, startProcess } from '../harness/processes.ts'
import { startStandIn } from '../harness/stand-in.ts'
import { sendAll } from '../load/closed-loop.ts'
import { grpcTargetAt } from '../load/grpc.ts'
import { targetAt } from '../load/post.ts'

/** A collector runs for weeks: what V8 spends on compiling it, most of a second of CPU, is not what a span costs. */
const WARM_UP_REQUESTS = 600

interface Variant {
  what: string
  component: 'collector' | 'naive'
  clickhouse: 'stopped' | 'accepts'
  /** Default: HTTP with these headers. */
  transport?: 'grpc' | 'grpc, gzip'
  headers: Record<string, string>
  encode: (body: Buffer) => Buffer
}

const plain = { component: 'collector', clickhouse: 'stopped', headers: {}, encode: (body: Buffer) => body } as const
const JSON_TYPE = { 'content-type': 'application/json' }
const GZIP = { 'content-encoding': 'gzip' }

/** The first is what the others are compared with. */
const VARIANTS: readonly Variant[] = [
  { ...plain, what: 'naive: protobufjs objects, JSONEachRow, fdatasync', component: 'naive' },
  { ...plain, what: 'collector, protobuf, ClickHouse stopped' },
  { ...plain, what: 'collector, protobuf, and into a ClickHouse that costs nothing', clickhouse: 'accepts' },
  { ...plain, what: 'collector, protobuf, gzip', headers: GZIP, encode: (body) => gzipSync(body, { level: 1 }) },
  { ...plain, what: 'collector, gRPC', transport: 'grpc' },
  { ...plain, what: 'collector, gRPC, gzip', transport: 'grpc, gzip' },
  { ...plain, what: 'collector, JSON', headers: JSON_TYPE, encode: toJson },
]

interface Sum {
  cpuSeconds: number
  wallSeconds: number
  peakRssMiB: number
}

export const collector = benchmark({
  name: 'collector',
  about: 'spans per CPU-second of the collector alone, bytes in to durable in the spool',
  flags: {
    requests: { about: 'requests of each variant and round', default: 150 },
    spans: { about: 'spans per request', default: 1000 },
    rounds: { about: 'how often all variants run, one after another', default: 2 },
  },
  byDefault: true,
  async run({ requests, spans, rounds }, progress) {
    const sums = VARIANTS.map((): Sum => ({ cpuSeconds: 0, wallSeconds: 0, peakRssMiB: 0 }))
    for (let round = 1; round <= rounds; round++) {
      for (const [index, variant] of VARIANTS.entries()) {
        progress(`round ${round} of ${rounds}: ${variant.what}`)
        const measured = await measure(variant, requests, spans, round)
        const sum = sums[index]!
        sum.cpuSeconds += measured.cpuSeconds
        sum.wallSeconds += measured.wallSeconds
        sum.peakRssMiB = Math.max(sum.peakRssMiB, measured.peakRssMiB)
      }
    }
    const sent = requests * spans * rounds
    const { body } = new Generator({ seed: 1, spansPerRequest: spans, templates: 1 }).next(Date.now())
    return {
      data: `${requests} requests of ${spans} spans, ${(body.length / spans).toFixed(0)} bytes per span in protobuf, ${rounds} rounds`,
      measurements: VARIANTS.map((variant, index) => toMeasurement(variant, sums[index]!, sums[0]!, sent)),
      faults: [],
    }
  },
})

function toMeasurement({ what }: Variant, sum: Sum, naive: Sum, sent: number): Measurement {
  const figure = `${Math.round(sent / sum.cpuSeconds / 1000)} k spans per CPU-second`
  return { what, figure, ...sum, beside: `${(naive.cpuSeconds / sum.cpuSeconds).toFixed(2)} × naive` }
}

async function measure(variant: Variant, requests: number, spans: number, seed: number): Promise<Sum> {
  const standIn = variant.clickhouse === 'accepts' ? await startStandIn() : undefined
  try {
    return await inTemporaryDirectory(async (dataDir) => {
      const running = await startProcess(variant.component, { dataDir, clickhouseUrl: standIn?.url ?? NO_CLICKHOUSE })
      try {
        return await sendTo(running, variant, requests, new Generator({ seed, spansPerRequest: spans }))
      } finally {
        await running.stop()
      }
    })
  } finally {
    standIn?.stop()
  }
}

async function sendTo(running: Running, variant: Variant, requests: number, generator: Generator): Promise<Sum> {
  const origin = `http://${running.listen.http}`
  const target = variant.transport
    ? grpcTargetAt(running.listen.grpc!, { gzip: variant.transport === 'grpc, gzip' })
    : targetAt(origin, variant.headers)
  const bodies = (count: number) => Array.from({ length: count }, () => variant.encode(generator.next(Date.now()).body))
  await sendAll(target, bodies(WARM_UP_REQUESTS))
  const measured = bodies(requests)
  const before = running.usage().cpuSeconds
  const begin = performance.now()
  await sendAll(target, measured)
  if (variant.clickhouse === 'accepts') await whenSpoolIsEmpty(origin)
  const wallSeconds = (performance.now() - begin) / 1000
  const { cpuSeconds, peakRssMiB } = running.usage()
  target.close()
  return { cpuSeconds: cpuSeconds - before, wallSeconds, peakRssMiB }
}
