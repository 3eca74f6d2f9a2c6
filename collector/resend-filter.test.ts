import { DEFAULT_LIMITS, indexTraces, TRACES, TraceTape } from '@runlens/otlp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteBuffer } from './blocks/byte-buffer.ts'
import { RowNumbers } from './blocks/sources.ts'
import { ResendFilter } from './resend-filter.ts'

const START = 1_790_000_000_000_000_000n

interface GivenSpan {
  trace: number
  span: number
  end?: number
  status?: number
}

function tapeOf(spans: GivenSpan[]): TraceTape {
  const id = (n: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes, 1)
    buffer.writeUInt32BE(n, bytes - 4)
    return buffer
  }
  const request = {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: spans.map(({ trace, span, end, status }) => ({
              traceId: id(trace, 16),
              spanId: id(span, 8),
              startTimeUnixNano: String(START),
              endTimeUnixNano: String(START + BigInt(end ?? 1)),
              status: { code: status ?? 0 },
            })),
          },
        ],
      },
    ],
  }
  const tape = new TraceTape()
  const body = Buffer.from(TRACES.request.encode(TRACES.request.fromObject(request)).finish())
  const outcome = indexTraces(tape, body, DEFAULT_LIMITS, Number(START / 1_000_000n))
  expect(outcome).toMatchObject({ kind: 'indexed', rejected: { total: 0 } })
  return tape
}

function admit(filter: ResendFilter, spans: GivenSpan[], tenant = 'a') {
  const fresh = new RowNumbers()
  const keys = new ByteBuffer()
  filter.admit(tapeOf(spans), Buffer.from(tenant), fresh, keys)
  return { fresh: [...fresh.at.subarray(0, fresh.length)], keys: Buffer.from(keys.view()) }
}

function newFilter(spansMax = 1000, secret = 'secret 1') {
  const filter = new ResendFilter(spansMax)
  filter.seedWith(Buffer.from(secret))
  return filter
}

const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => ({ trace: 1, span: from + i }))

describe('the resend filter', () => {
  it('lets a span pass once, also within one request', () => {
    const filter = newFilter()
    expect(
      admit(filter, [
        { trace: 1, span: 1 },
        { trace: 1, span: 2 },
        { trace: 1, span: 1 },
      ]).fresh,
    ).toEqual([0, 1])
    expect(
      admit(filter, [
        { trace: 1, span: 2 },
        { trace: 1, span: 3 },
      ]).fresh,
    ).toEqual([1])
  })

  it('takes another tenant, trace, span, end or status for another span', () => {
    const filter = newFilter()
    admit(filter, [{ trace: 1, span: 1 }])
    expect(admit(filter, [{ trace: 1, span: 1 }], 'b').fresh).toEqual([0])
    const others = [
      { trace: 2, span: 1 },
      { trace: 1, span: 2 },
      { trace: 1, span: 1, end: 2 },
      { trace: 1, span: 1, status: 2 },
      { trace: 1, span: 1 },
    ]
    expect(admit(filter, others).fresh).toEqual([0, 1, 2, 3])
  })

  it('is the same after it was restored from its keys, and another one under another secret', () => {
    const { keys } = admit(newFilter(), many(0, 50))
    const restored = newFilter()
    restored.restore(keys)
    expect(admit(restored, many(0, 51)).fresh).toEqual([50])
    const other = newFilter(1000, 'secret 2')
    other.restore(keys)
    expect(admit(other, many(0, 3)).fresh).toEqual([0, 1, 2])
  })

  it('remembers at least half of its spans and forgets the oldest, in memory that does not grow', () => {
    const filter = newFilter(2000)
    for (let from = 0; from < 20_000; from += 500) expect(admit(filter, many(from, 500)).fresh.length).toBe(500)
    expect(admit(filter, many(19_000, 1000)).fresh).toEqual([])
    expect(admit(filter, many(0, 500)).fresh.length).toBe(500)
  })

  it('forgets failed requests of either generation, and none beside them', () => {
    const filter = newFilter(100)
    const { keys: older } = admit(filter, many(0, 30))
    admit(filter, many(30, 20))
    // From here on the younger generation stands beside the older one.
    const { keys: younger } = admit(filter, many(50, 30))
    filter.forget(older)
    filter.forget(younger)
    expect(admit(filter, many(30, 20)).fresh).toEqual([])
    expect(admit(filter, many(0, 15)).fresh.length).toBe(15)
    expect(admit(filter, many(50, 15)).fresh.length).toBe(15)
    expect(admit(filter, many(0, 15)).fresh).toEqual([])
    expect(admit(filter, many(30, 20)).fresh).toEqual([])
  })

  it('behaves as a set from which failed requests are taken out again', () => {
    const step = fc.record({ spans: fc.array(fc.nat(60), { minLength: 1, maxLength: 12 }), fails: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        // 60 possible spans in 128 slots, never a turn: chains of probes, and holes in them.
        const filter = newFilter(128)
        const model = new Set<number>()
        for (const { spans, fails } of steps) {
          const expected = spans.flatMap((span, i) => (model.has(span) || spans.indexOf(span) < i ? [] : [i]))
          const { fresh, keys } = admit(
            filter,
            spans.map((span) => ({ trace: 1, span })),
          )
          expect(fresh).toEqual(expected)
          if (fails) filter.forget(keys)
          else for (const span of spans) model.add(span)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('finds no two equal among a hundred thousand neighbouring ids', () => {
    const filter = newFilter(1_000_000)
    let fresh = 0
    for (let trace = 0; trace < 5; trace++) {
      const spans = Array.from({ length: 20_000 }, (_, span) => ({ trace, span }))
      fresh += admit(filter, spans).fresh.length
    }
    expect(fresh).toBe(100_000)
  })
})
