/** The exporters of the OpenTelemetry JS SDK, unmodified, against the built collector; and against refusals, which they obey. */
import { DiagLogLevel, diag, SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../collector/outcome.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { ACCEPTED, type InProcess, startInProcess } from './in-process.ts'

interface Target {
  /** host:port. */
  grpc: string
  http: string
}

/** `gzip` is the value of the SDK's own enum, which its packages don't share. */
const exporters: [name: string, create: (target: Target) => SpanExporter][] = (['none', 'gzip'] as const).flatMap(
  (name) => {
    const compression = name as never
    return [
      [`http/protobuf, ${name}`, ({ http }) => new ProtobufExporter({ url: `http://${http}/v1/traces`, compression })],
      [`http/json, ${name}`, ({ http }) => new JsonExporter({ url: `http://${http}/v1/traces`, compression })],
      [`grpc, ${name}`, ({ grpc }) => new GrpcExporter({ url: `http://${grpc}`, compression })],
    ] as [string, (target: Target) => SpanExporter][]
  },
)

/** Makes `count` spans as an application does and waits until the SDK has sent them. */
async function emit(exporter: SpanExporter, count: number): Promise<void> {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'exporter-test', 'service.version': '1.0' }),
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: count + 1, maxExportBatchSize: 512 })],
  })
  const tracer = provider.getTracer('exporter-test', '1.2.3')
  for (let i = 0; i < count; i++) {
    const span = tracer.startSpan(`step ${i}`, {
      kind: SpanKind.INTERNAL,
      attributes: {
        'some.text': 'täxt',
        'some.number': i,
        'some.ratio': 0.5,
        'some.list': ['a', 'b'],
        'some.flag': true,
      },
    })
    span.addEvent('happened', { detail: i })
    span.setStatus({ code: i % 2 ? SpanStatusCode.ERROR : SpanStatusCode.OK, message: i % 2 ? 'odd' : '' })
    span.end()
  }
  await provider.forceFlush()
  await provider.shutdown()
}

const complaints: string[] = []
beforeAll(() => {
  const complain = (...words: unknown[]) => complaints.push(words.join(' '))
  diag.setLogger(
    { error: complain, warn: complain, info: () => {}, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
})
afterAll(() => diag.disable())
afterEach(() => {
  complaints.length = 0
})

describe('the collector', () => {
  let collector: Collector
  beforeAll(async () => {
    collector = await startCollector()
  })
  afterAll(async () => {
    await collector.stop()
  })
  const accepted = async () => {
    const text = await (await fetch(`${collector.urls.otlpHttp}/metrics`)).text()
    return Number(/^runlens_spans_accepted_total (\d+)$/m.exec(text)?.[1])
  }

  it.each(exporters)('takes everything that the exporter for %s sends', async (_, create) => {
    const before = await accepted()
    await emit(create({ grpc: collector.urls.otlpGrpc, http: new URL(collector.urls.otlpHttp).host }), 1_300)
    expect(await accepted()).toBe(before + 1_300)
    expect(complaints).toEqual([])
  })
})

describe('an exporter', () => {
  let target: InProcess
  afterEach(() => target.stop(0))
  const plain = exporters.filter(([name]) => name.endsWith('none'))

  // The SDK's gRPC exporter never sends anything again, whatever it is told (0.223).
  it.each(plain.filter(([name]) => name.startsWith('http')))(
    'for %s comes back after an overload and loses nothing',
    async (_, create) => {
      let calls = 0
      target = await startInProcess({
        retryAfterSeconds: 1,
        accept: async (): Promise<Outcome> => {
          calls += 1
          return calls === 1 ? { kind: 'refused', reason: 'overloaded', message: 'later' } : ACCEPTED
        },
      })
      await emit(create(target), 1)
      expect(calls).toBe(2)
      expect(complaints.filter((text) => text.includes('rror'))).toEqual([])
    },
  )

  it.each(plain)('for %s gives up what is malformed', async (_, create) => {
    let calls = 0
    target = await startInProcess({
      accept: async (): Promise<Outcome> => {
        calls += 1
        return { kind: 'refused', reason: 'malformed', message: 'never' }
      },
    })
    await emit(create(target), 1).catch(() => {})
    expect(calls).toBe(1)
  })

  it.each(plain)('for %s reads what was rejected, and does not send it again', async (_, create) => {
    let calls = 0
    target = await startInProcess({
      accept: async (): Promise<Outcome> => {
        calls += 1
        return { kind: 'accepted', accepted: 0, rejected: 1, message: 'one had no id' }
      },
    })
    await emit(create(target), 1)
    expect(calls).toBe(1)
    expect(complaints.join('\n')).toContain('one had no id')
  })
})
