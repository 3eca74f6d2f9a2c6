/** What the generator promises: exact counts, the same for a seed, unique over requests, and readable by any OTLP decoder. */
import { createSpanMapper, settle, settleSpansOf } from '@runlens/mapping'
import { DEFAULT_LIMITS, indexTraces, TRACES, TraceTape } from '@runlens/otlp'
import { describe, expect, it } from 'vitest'
import { Generator } from './generator.ts'

const NOW = Date.UTC(2026, 10, 20, 12)

interface Decoded {
  traceId: Uint8Array
  spanId: Uint8Array
  parentSpanId: Uint8Array
  startTimeUnixNano: { toString(): string }
  endTimeUnixNano: { toString(): string }
  attributes: { key: string; value: { stringValue?: string; kvlistValue?: unknown; arrayValue?: unknown } }[]
  links: { traceId: Uint8Array; spanId: Uint8Array }[]
  events: unknown[]
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

function decode(body: Buffer): Decoded[] {
  const request = TRACES.request.decode(body) as unknown as {
    resourceSpans: { scopeSpans: { spans: Decoded[] }[] }[]
  }
  return request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}

function valuesOf(spans: readonly Decoded[], wanted: string): string[] {
  return spans.flatMap(({ attributes }) =>
    attributes.filter(({ key }) => key === wanted).map(({ value }) => value.stringValue ?? ''),
  )
}

describe('the generator', () => {
  it('makes exactly as many spans as asked for, in whole traces', () => {
    for (const spansPerRequest of [1, 100, 512, 1000]) {
      const generator = new Generator({ seed: 1, spansPerRequest, templates: 2 })
      const request = generator.next(NOW)
      const spans = decode(request.body)
      expect(spans).toHaveLength(spansPerRequest)
      expect(request.spans).toBe(spansPerRequest)
      expect(new Set(spans.map((span) => hex(span.traceId))).size).toBe(request.traces)
      const known = new Set(spans.map((span) => `${hex(span.traceId)}${hex(span.spanId)}`))
      const orphans = spans.filter(
        ({ traceId, parentSpanId }) => parentSpanId.length > 0 && !known.has(`${hex(traceId)}${hex(parentSpanId)}`),
      )
      expect(orphans).toEqual([])
    }
  })

  it('gives the same requests for the same seed and clock, and others for another seed', () => {
    const bodies = (seed: number) => {
      const generator = new Generator({ seed, spansPerRequest: 200, templates: 2 })
      return Array.from({ length: 5 }, () => generator.next(NOW).body.toString('hex'))
    }
    expect(bodies(7)).toEqual(bodies(7))
    expect(bodies(7)[0]).not.toBe(bodies(8)[0])
  })

  it('gives every request ids of its own, also when its template comes again', () => {
    const generator = new Generator({ seed: 3, spansPerRequest: 300, templates: 2 })
    const spans = Array.from({ length: 20 }, () => decode(generator.next(NOW).body)).flat()
    expect(new Set(spans.map((span) => hex(span.spanId))).size).toBe(20 * 300)
    for (const key of ['runlens.execution.id', 'n8n.execution.id']) {
      const ids = valuesOf(spans, key)
      expect(ids.length).toBeGreaterThan(20)
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  it('leaves no slot unwritten', () => {
    const { body } = new Generator({ seed: 4, spansPerRequest: 1000, templates: 1 }).next(NOW)
    expect(body.includes(Buffer.from([0xf5, 0xf6, 0xf7]))).toBe(false)
    expect(body.includes('\u0001\u0002\u0003\u0005')).toBe(false)
  })

  it('lets every span end before it is sent, after it started, and within seconds', () => {
    const spans = decode(new Generator({ seed: 5, spansPerRequest: 1000, templates: 1 }).next(NOW).body)
    for (const span of spans) {
      const start = BigInt(span.startTimeUnixNano.toString())
      const end = BigInt(span.endTimeUnixNano.toString())
      expect(start <= end).toBe(true)
      expect(end <= BigInt(NOW + 1) * 1_000_000n).toBe(true)
      expect(BigInt(NOW) * 1_000_000n - start < 60_000_000_000n).toBe(true)
    }
  })

  it('has about ten attributes a span, nested values, events, and links to spans of the same request', () => {
    const spans = decode(new Generator({ seed: 6, spansPerRequest: 1000, templates: 1 }).next(NOW).body)
    const attributes = spans.flatMap((span) => span.attributes)
    expect(attributes.length / spans.length).toBeGreaterThan(8)
    expect(attributes.length / spans.length).toBeLessThan(12)
    expect(attributes.some(({ value }) => value.kvlistValue)).toBe(true)
    expect(attributes.some(({ value }) => value.arrayValue)).toBe(true)
    expect(spans.some(({ events }) => events.length > 0)).toBe(true)
    const known = new Set(spans.map((span) => `${hex(span.traceId)}${hex(span.spanId)}`))
    const links = spans.flatMap((span) => span.links)
    expect(links.length).toBeGreaterThan(0)
    expect(links.filter(({ traceId, spanId }) => !known.has(`${hex(traceId)}${hex(spanId)}`))).toEqual([])
  })

  it('knows how many executions its traces become', () => {
    const generator = new Generator({ seed: 9, spansPerRequest: 1000, templates: 4 })
    const mapper = createSpanMapper({ roots: 'on' })
    const tape = new TraceTape()
    for (let n = 0; n < 4; n++) {
      const request = generator.next(NOW)
      expect(indexTraces(tape, request.body, DEFAULT_LIMITS, NOW)).toMatchObject({ kind: 'indexed' })
      expect(tape.spans.length).toBe(1000)
      const spans = settleSpansOf(tape, mapper.map(tape), NOW)
      const settled = settle(spans, { now_ms: NOW, candidate_timeout_ms: 0, payload_bytes_max: 1_000 })
      expect(settled.executions).toHaveLength(request.executions)
      const kinds = new Set(settled.executions.map(({ kind }) => kind))
      expect([...kinds].sort()).toEqual(['agent', 'job', 'query', 'request', 'workflow'])
    }
  })
})
