import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMetrics, readMetricTape } from '../test/kit/metric-tape.ts'
import { anyMetricsRequest } from '../test/kit/random-requests.ts'
import { attribute, NOW_MS, request, START } from '../test/kit/requests.ts'
import { double, fixed64, int, len } from '../test/kit/wire.ts'
import {
  DEFAULT_LIMITS,
  describeRejections,
  indexMetrics,
  jsonToMetrics,
  METRICS,
  MetricTape,
  type OtlpLimits,
} from './index.ts'

function index(body: Buffer, limits: Partial<OtlpLimits> = {}) {
  const tape = new MetricTape()
  return { tape, outcome: indexMetrics(tape, body, { ...DEFAULT_LIMITS, ...limits }, NOW_MS) }
}

const point = (...fields: Uint8Array[]) => len(1, fixed64(3, START), ...fields)
const gauge = (...points: Uint8Array[]) => len(2, len(1, 'load'), len(5, ...points))
const histogram = (...points: Uint8Array[]) => len(2, len(1, 'took'), len(9, ...points))
const eights = (count: number) => Buffer.alloc(8 * count)

describe('a request of metrics', () => {
  test('is told by its tape exactly as protobufjs decodes it', () => {
    const seen: Record<string, number> = { rejected: 0, exemplars: 0 }
    const tape = new MetricTape()
    fc.assert(
      fc.property(anyMetricsRequest, (body) => {
        const { all, storable } = decodeMetrics(body)
        const outcome = indexMetrics(tape, Buffer.from(body), DEFAULT_LIMITS, NOW_MS)
        expect(outcome).toMatchObject({ kind: 'indexed', items: all, repaired: 0 })
        expect(readMetricTape(tape)).toEqual(storable)
        expect(outcome.kind === 'indexed' && outcome.rejected.total).toBe(all - storable.length)
        seen.rejected! += all - storable.length
        for (const { metric, exemplars } of storable) {
          seen[metric.kind] = (seen[metric.kind] ?? 0) + 1
          seen.exemplars! += exemplars.length
        }
      }),
      { numRuns: 250 },
    )
    expect(Object.keys(seen)).toHaveLength(7)
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(5)
  })

  test('is the same in JSON', () => {
    fc.assert(
      fc.property(anyMetricsRequest, (body) => {
        const request = METRICS.request.toObject(METRICS.request.decode(body), { longs: String, bytes: String })
        const outcome = jsonToMetrics(Buffer.from(JSON.stringify(request, asOtlpJson)), DEFAULT_LIMITS)
        if (outcome.kind !== 'ok') throw new Error(outcome.message)
        // Protobufjs writes -0 as 0.
        const plain = (value: unknown) => JSON.parse(JSON.stringify(value))
        expect(plain(decodeMetrics(outcome.bytes))).toEqual(plain(decodeMetrics(body)))
      }),
      { numRuns: 100 },
    )
  })

  test('keeps each of several kinds of data under one name', () => {
    const { tape, outcome } = index(
      request(
        len(2, len(1, 'both'), len(5, point(double(4, 1))), len(7, len(1, fixed64(6, 2n)), point(fixed64(6, 3n)))),
      ),
    )
    expect(outcome).toMatchObject({ items: 3, rejected: { total: 1 } })
    const [first, second] = readMetricTape(tape)
    expect([first?.metric.name, first?.metric.kind, first?.value]).toEqual(['both', 'gauge', 1])
    expect([second?.metric.name, second?.metric.kind, second?.value]).toEqual(['both', 'sum', '3'])
  })

  test('loses points, not metrics, and says so in words of metrics', () => {
    const { tape, outcome } = index(
      request(
        gauge(len(1, double(4, 1)), point(double(4, 2))),
        len(2, len(5, point())),
        histogram(point(len(6, eights(2))), point(len(6, eights(2)), len(7, eights(1))), point()),
        gauge(point(fixed64(2, START + 10n ** 15n))),
      ),
    )
    expect(readMetricTape(tape).map(({ metric, counts }) => [metric.name, counts.length])).toEqual([
      ['load', 0],
      ['took', 2],
      ['took', 0],
    ])
    expect(tape.metrics.length).toBe(2)
    expect(outcome.kind === 'indexed' && describeRejections(outcome.rejected, outcome.items, 'data points')).toBe(
      '4 of 7 data points rejected: 1 with a time that is absent, before the year 2000 or more than a day ahead (first: data point 0, counted from 0); ' +
        '1 with no name of its metric (first: data point 2, counted from 0); ' +
        '1 with bucket counts that are not one more than its explicit bounds (first: data point 3, counted from 0); ' +
        '1 with a start time more than a day ahead (first: data point 6, counted from 0)',
    )
  })

  test('is held to the limits of spans', () => {
    expect(index(request(gauge(point(), point())), { spansPerRequestMax: 1 }).outcome).toEqual({
      kind: 'too_many_items',
      message: 'more than 1 data points in one request; send them in smaller ones',
    })
    const reasons = (body: Buffer, limits: Partial<OtlpLimits>) => {
      const { outcome } = index(body, limits)
      return outcome.kind === 'indexed' ? outcome.rejected.reasons.map(({ reason }) => reason) : outcome
    }
    const two = [attribute(7, 'a', int(3, 1)), attribute(7, 'b', int(3, 1))]
    expect(reasons(request(gauge(point(...two))), { attributesPerSpanMax: 1 })).toEqual(['attribute_count'])
    expect(reasons(request(gauge(point(len(5), len(5)))), { attributesPerSpanMax: 1 })).toEqual(['exemplar_count'])
    const deep = attribute(7, 'a', len(5, len(1, len(5, len(1, len(1, 'x'))))))
    expect(reasons(request(gauge(point(deep))), { depthMax: 2 })).toEqual(['depth'])
    expect(reasons(request(len(2, len(1, 'x'.repeat(9)), len(5, point()))), { valueBytesMax: 8 })).toEqual([
      'value_size',
    ])
    // 64 numbers for each attribute that a point may have.
    const buckets = (count: number) => request(histogram(point(len(6, eights(count)), len(7, eights(count - 1)))))
    expect(reasons(buckets(32), { attributesPerSpanMax: 1 })).toEqual([])
    expect(reasons(buckets(33), { attributesPerSpanMax: 1 })).toEqual(['element_count'])
  })

  test('that is none is malformed', () => {
    const malformed = [
      Buffer.from('\x0a\xff\xff', 'latin1'),
      request(gauge(len(1, len(3, 'time as text')))),
      request(histogram(point(len(6, Buffer.alloc(7))))),
      request(len(2, len(1, 'e'), len(10, point(len(8, len(2, Buffer.from([0x80]))))))),
      request(len(2, len(1, 'g'), len(5, point(), int(2, 1), int(1, 1)))),
    ]
    for (const body of malformed) expect(index(body).outcome).toMatchObject({ kind: 'malformed' })
    expect(index(malformed[1]!).outcome).toMatchObject({
      message: expect.stringContaining('ExportMetricsServiceRequest'),
    })
  })

  test('of a million buckets or empty metrics keeps none of them', () => {
    const metrics = Buffer.alloc(200_000, gauge())
    expect(index(request(metrics)).outcome).toMatchObject({ kind: 'indexed', items: 0 })
    const runs = Buffer.alloc(2_000_000, int(2, 1))
    const { tape, outcome } = index(request(len(2, len(1, 'e'), len(10, point(len(8, runs))))))
    expect(outcome).toMatchObject({ kind: 'indexed', rejected: { reasons: [{ reason: 'element_count' }] } })
    expect(tape.runs.capacity).toBeLessThan(200_000)
  })
})

/** Ids in hex, and what JSON has no number for as text. */
function asOtlpJson(key: string, value: unknown): unknown {
  if ((key === 'traceId' || key === 'spanId') && typeof value === 'string') {
    return Buffer.from(value, 'base64').toString('hex')
  }
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
