/** What was sent comes back: random traces over the whole way (wire, tape, blocks, ClickHouse, API) equal what went in. */
import { DEFAULT_LIMITS, jsonToTraces, TRACES } from '@runlens/otlp'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { effort } from '../kit/effort.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, idOf } from '../kit/traces.ts'

const COUNT = effort(30, 400)
const SEED = 20_261_123

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack?.stop())

const anyText = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '__proto__', 'constructor', 'true', '1', '1.0', '{"a":1}', '\u0000', '"\\\n'),
)
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)
const double = fc.double().map((value) => (Number.isFinite(value) ? value : String(value)))
const { any: anyValue } = fc.letrec<{ any: object; plain: object }>((tie) => ({
  plain: fc.oneof(
    anyText.map((stringValue) => ({ stringValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    int64.map((intValue) => ({ intValue })),
    double.map((doubleValue) => ({ doubleValue })),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => ({ bytesValue: Buffer.from(bytes).toString('base64') })),
    fc.constant({}),
  ),
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('plain'),
    fc.array(tie('any'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    fc
      .array(fc.record({ key: anyText, value: tie('any') }), { maxLength: 3 })
      .map((values) => ({ kvlistValue: { values } })),
  ),
}))
const attributes = fc.array(fc.record({ key: anyText, value: anyValue }), { maxLength: 6 })
const uint32 = fc.nat({ max: 2 ** 32 - 1 })
const moment = fc.bigInt({ min: 1_795_391_400_000_000_000n, max: 1_795_391_460_000_000_000n }).map(String)
const hexId = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from([1, ...id.subarray(1)]).toString('hex'))

const anySpan = fc.record({
  parentSpanId: fc.constantFrom('', '00f067aa0ba902b7'),
  traceState: anyText,
  flags: uint32,
  name: anyText,
  kind: fc.nat({ max: 5 }),
  startTimeUnixNano: moment,
  endTimeUnixNano: fc.oneof(moment, fc.constant('0')),
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(fc.record({ timeUnixNano: moment, name: anyText, attributes, droppedAttributesCount: uint32 }), {
    maxLength: 3,
  }),
  droppedEventsCount: uint32,
  links: fc.array(
    fc.record({
      traceId: hexId(16),
      spanId: hexId(8),
      traceState: anyText,
      attributes,
      droppedAttributesCount: uint32,
      flags: uint32,
    }),
    { maxLength: 2 },
  ),
  droppedLinksCount: uint32,
  status: fc.record({ code: fc.nat({ max: 2 }), message: anyText }),
})
const anyRequest = fc.record({
  resource: fc.record({ attributes, droppedAttributesCount: uint32 }),
  resourceUrl: anyText,
  scope: fc.record({ name: anyText, version: anyText, attributes, droppedAttributesCount: uint32 }),
  scopeUrl: anyText,
  spans: fc.array(anySpan, { minLength: 1, maxLength: 4 }),
})

interface TracesData {
  resourceSpans: { scopeSpans: { spans: { spanId: string; status: unknown }[] }[] }[]
}

/** The same message for every way to write it in JSON. */
function canonical(data: TracesData): unknown {
  const encoded = jsonToTraces(Buffer.from(JSON.stringify(data)), DEFAULT_LIMITS)
  if (encoded.kind !== 'ok') throw new Error(encoded.message)
  const options = { longs: String, bytes: String, defaults: true, arrays: true }
  const { resourceSpans } = TRACES.request.toObject(TRACES.request.decode(encoded.bytes), options) as TracesData
  for (const { scopeSpans } of resourceSpans) {
    for (const { spans } of scopeSpans) {
      spans.sort((a, b) => a.spanId.localeCompare(b.spanId))
      // A status with nothing in it says what no status says.
      for (const span of spans) span.status ??= { code: 0, message: '' }
    }
  }
  return resourceSpans
}

it('brings random traces back as they were sent', async () => {
  const sent = fc.sample(anyRequest, { numRuns: COUNT, seed: SEED }).map((request, n) => {
    const traceId = idOf(`round trip ${n}`, 16)
    const spans = request.spans.map((span, i) => ({ traceId, spanId: idOf(`round trip ${n} ${i}`, 8), ...span }))
    const scopeSpans = [{ scope: request.scope, spans, schemaUrl: request.scopeUrl }]
    return {
      traceId,
      data: { resourceSpans: [{ resource: request.resource, scopeSpans, schemaUrl: request.resourceUrl }] },
    }
  })
  for (const { data } of sent) {
    const answer = await fetch(`${stack.urls.otlpHttp}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(data),
    })
    expect([answer.status, await answer.json()]).toEqual([200, {}])
  }
  for (const { traceId, data } of sent) {
    const back = await eventually(async () => {
      const answer = await fetch(`${stack.urls.api}/api/v1/traces/${traceId}`)
      expect(answer.status).toBe(200)
      return (await answer.json()) as TracesData
    })
    expect(canonical(back), traceId).toEqual(canonical(data))
  }
})
