/** What this package makes of spans is what OpenTelemetry's own exporter makes of them. */
import {
  createTraceState,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { TRACES } from '@runlens/otlp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Receiver, startReceiver } from '../../../test/instrumentation/receiver.ts'
import { RunlensSpanProcessor } from '../processor.ts'
import { createHttpTransport } from '../send/http-transport.ts'
import { Outbox } from '../send/outbox.ts'

let ours: Receiver
let theirs: Receiver
beforeAll(async () => {
  ours = await startReceiver()
  theirs = await startReceiver()
})
afterAll(async () => {
  await ours?.stop()
  await theirs?.stop()
})

const REMOTE = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
}
const LINK: Link = {
  context: { ...REMOTE, traceFlags: TraceFlags.NONE, traceState: createTraceState('vendor=1') },
  attributes: { why: 'resumed' },
}

const ATTRIBUTES = {
  text: 'plain',
  empty: '',
  unicode: 'grüße, 世界 🚀 ' + '\u0000' + 'end',
  'lone surrogate': 'a\ud800b',
  'just over a byte': 'x'.repeat(128),
  long: 'y'.repeat(20_000),
  'long unicode': 'ü'.repeat(9_000),
  zero: 0,
  one: 1,
  negative: -1,
  'beyond 32 bits': 5_000_000_000,
  'most negative': Number.MIN_SAFE_INTEGER,
  fraction: 0.1,
  huge: 1e300,
  yes: true,
  no: false,
  texts: ['a', 'b', ''],
  numbers: [1, -2, 300],
  booleans: [true, false],
  nothing: [],
}

function record(provider: TracerProvider): void {
  const tracer = provider.getTracer('first', '1.2.3')
  const other = provider.getTracer('second')
  const within = trace.setSpanContext(ROOT_CONTEXT, { ...REMOTE, traceState: createTraceState('a=b,c=d') })
  const remote = tracer.startSpan(
    'remote child',
    { kind: SpanKind.CONSUMER, links: [LINK], startTime: 1_700_000_000_123 },
    within,
  )
  remote.setAttributes(ATTRIBUTES)
  remote.addEvent('exception', { 'exception.type': 'TypeError', n: 3 }, 1_700_000_000_200)
  remote.addEvent('bare')
  remote.setStatus({ code: SpanStatusCode.ERROR, message: 'it broke' })
  const child = other.startSpan('child', { kind: SpanKind.CLIENT }, trace.setSpan(ROOT_CONTEXT, remote))
  child.setStatus({ code: SpanStatusCode.OK })
  child.end()
  remote.end(1_700_000_001_000)
  const limited = tracer.startSpan('over its limits')
  for (let at = 0; at < 200; at++) limited.setAttribute(`key ${at}`, at)
  for (let at = 0; at < 200; at++) limited.addEvent(`event ${at}`)
  limited.end()
  tracer.startSpan('').end()
}

it('says the same as the stock exporter, field by field', async () => {
  const traces = new Outbox({
    transport: createHttpTransport({
      protocol: 'http/protobuf',
      url: new URL('/v1/traces', ours.url),
      headers: {},
      timeoutMs: 30_000,
      compression: 'gzip',
      tls: {},
    }),
    delayMs: 50,
    batchRecordsMax: 100,
    batchBytesMax: 1_000_000,
    queueBytesMax: 10_000_000,
    queueRecordsMax: 1_000,
    whenUnsupported: 'refuse',
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'oracle', 'process.pid': 7, list: ['a', 'b'] }),
    spanProcessors: [
      new RunlensSpanProcessor({ traces, markers: undefined, heartbeatMs: 10_000, flushTimeoutMs: 30_000 }),
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${theirs.url}/v1/traces` }) }),
    ],
  })
  record(provider)
  await provider.shutdown()
  expect(decoded(ours)).toEqual(decoded(theirs))
  expect(ours.spans.map(({ name }) => name).sort()).toEqual(['', 'child', 'over its limits', 'remote child'])
  expect(traces.counters).toMatchObject({ recorded: 4, acknowledged: 4, broken: 0 })
})

interface Plain {
  scopeSpans: { scope: { name: string }; spans: { status: unknown }[] }[]
}

/** Everything in it, with what may come in any order in one. */
function decoded({ bodies }: Receiver): unknown {
  const [body] = bodies
  const plain = TRACES.request.toObject(TRACES.request.decode(body!), { longs: String, bytes: String, defaults: true })
  const [resourceSpans, ...more] = plain.resourceSpans as Plain[]
  expect(more).toEqual([])
  // No status and an empty one say the same.
  for (const { spans } of resourceSpans!.scopeSpans) for (const span of spans) span.status ??= { code: 0, message: '' }
  resourceSpans!.scopeSpans.sort((a, b) => (a.scope.name < b.scope.name ? -1 : 1))
  return plain
}
