import { describe, expect, test } from 'vitest'
import { attribute, ids, index, NOW_MS, request, SPAN_ID, START, span, TRACE_ID } from '../test/kit/requests.ts'
import { readTape } from '../test/kit/tape.ts'
import { fixed64, int, len } from '../test/kit/wire.ts'
import { describeRejections, type Indexed, type OtlpLimits } from './index.ts'

function nestedArray(depth: number): Buffer {
  return depth === 1 ? len(1, 'leaf') : len(5, len(1, nestedArray(depth - 1)))
}

function rejected(body: Buffer, limits: Partial<OtlpLimits> = {}): string[] {
  const { outcome, tape } = index(body, limits)
  expect(outcome.kind).toBe('indexed')
  expect(tape.spans.length).toBe(0)
  return (outcome as Indexed).rejected.reasons.map(({ reason }) => reason)
}

describe('spans that are rejected', () => {
  const bare = (...fields: Uint8Array[]) => request(len(2, ...fields))
  test.each([
    ['a trace id of 15 bytes', bare(ids(TRACE_ID.subarray(1))), 'trace_id'],
    ['no trace id', bare(len(2, SPAN_ID), fixed64(7, START)), 'trace_id'],
    ['an all-zero trace id', bare(ids(Buffer.alloc(16))), 'trace_id'],
    ['a span id of 9 bytes', bare(ids(TRACE_ID, Buffer.alloc(9, 1))), 'span_id'],
    ['an all-zero span id', bare(ids(TRACE_ID, Buffer.alloc(8))), 'span_id'],
    ['a parent id of 7 bytes', bare(ids(), len(4, SPAN_ID.subarray(1))), 'parent_span_id'],
    ['a link with a trace id of 8 bytes', bare(ids(), len(13, len(1, SPAN_ID))), 'link_id'],
    ['a link with a span id of 16 bytes', bare(ids(), len(13, len(2, TRACE_ID))), 'link_id'],
    ['no start', bare(len(1, TRACE_ID), len(2, SPAN_ID)), 'start_time'],
    ['a start one nanosecond before 2000', bare(ids(TRACE_ID, SPAN_ID, 946_684_799_999_999_999n)), 'start_time'],
    [
      'a start beyond a day ahead',
      bare(ids(TRACE_ID, SPAN_ID, BigInt(NOW_MS + 86_400_000) * 1_000_000n + 1n)),
      'start_time',
    ],
    ['the latest start of all', bare(ids(TRACE_ID, SPAN_ID, 2n ** 64n - 1n)), 'start_time'],
    ['an end beyond a day ahead', bare(ids(), fixed64(8, BigInt(NOW_MS + 86_400_000) * 1_000_000n + 1n)), 'end_time'],
  ])('%s', (_, body, reason) => {
    expect(rejected(body)).toEqual([reason])
  })

  test('but not at the very edges of what is credible', () => {
    const latest = BigInt(NOW_MS + 86_400_000) * 1_000_000n
    const body = request(
      len(2, ids(TRACE_ID, SPAN_ID, 946_684_800_000_000_000n)),
      len(2, ids(TRACE_ID, SPAN_ID, latest), fixed64(8, latest)),
    )
    expect(index(body).tape.spans.length).toBe(2)
  })

  test('an empty or all-zero parent id makes a root', () => {
    const body = request(span(len(4)), span(len(4, Buffer.alloc(8))))
    expect(readTape(index(body).tape).map(({ parentSpanId }) => parentSpanId)).toEqual(['', ''])
  })

  test('more attributes than allowed, counting those of events and links', () => {
    const one = (field: number) => attribute(field, 'k', int(3, 1))
    const body = span(one(9), len(11, one(3)), len(13, one(4)))
    expect(rejected(request(body), { attributesPerSpanMax: 2 })).toEqual(['attribute_count'])
    expect(index(request(body), { attributesPerSpanMax: 3 }).tape.attributes.length).toBe(3)
  })

  test('more events or links than attributes are allowed', () => {
    expect(rejected(request(span(len(11), len(11))), { attributesPerSpanMax: 1 })).toEqual(['event_count'])
    expect(rejected(request(span(len(13), len(13))), { attributesPerSpanMax: 1 })).toEqual(['link_count'])
  })

  test.each([
    ['string', len(1, 'x'.repeat(11))],
    ['bytes', len(7, Buffer.alloc(11))],
    ['array', len(5, len(1, len(1, 'x'.repeat(7))))],
    ['key-value list', len(6, len(1, len(1, 'x'.repeat(9))))],
  ])('a %s value that is too large', (_, value) => {
    expect(rejected(request(span(attribute(9, 'k', value))), { valueBytesMax: 10 })).toEqual(['value_size'])
  })

  test('a value of just the largest size is kept', () => {
    const body = request(span(attribute(9, 'k', len(1, 'x'.repeat(10)))))
    expect(index(body, { valueBytesMax: 10 }).tape.spans.length).toBe(1)
  })

  test('lists of too many elements, or of too many control characters', () => {
    const elements = (count: number) => attribute(9, 'k', len(5, Buffer.alloc(2 * count, len(1))))
    expect(rejected(request(span(elements(65))), { attributesPerSpanMax: 1 })).toEqual(['element_count'])
    expect(index(request(span(elements(64)), span(elements(64))), { attributesPerSpanMax: 1 }).tape.spans.length).toBe(
      2,
    )
    const pairs = attribute(9, 'k', len(6, Buffer.alloc(130, len(1))))
    expect(rejected(request(span(pairs)), { attributesPerSpanMax: 1 })).toEqual(['element_count'])
    const controls = attribute(9, 'k', len(5, len(1, len(1, Buffer.alloc(64)))))
    expect(rejected(request(span(controls)), { attributesPerSpanMax: 1 })).toEqual(['element_count'])
    const lines = attribute(9, 'k', len(5, len(1, len(1, '\n'.repeat(500)))))
    expect(index(request(span(lines)), { attributesPerSpanMax: 1 }).tape.spans.length).toBe(1)
  })

  test('a value nested deeper than allowed', () => {
    expect(rejected(request(span(attribute(9, 'k', nestedArray(4)))), { depthMax: 3 })).toEqual(['depth'])
    expect(index(request(span(attribute(9, 'k', nestedArray(3)))), { depthMax: 3 }).tape.spans.length).toBe(1)
  })

  test('a value nested ten thousand deep, whatever the configuration says', () => {
    expect(rejected(request(span(attribute(9, 'k', nestedArray(3_000)))), { depthMax: 1_000_000 })).toEqual(['depth'])
  })

  test('all spans of a resource or scope whose attributes are at fault, and none of the next', () => {
    const bad = attribute(1, 'k', len(1, 'x'.repeat(50)))
    const body = Buffer.concat([
      len(1, len(1, bad), len(2, span(), span())),
      len(1, len(2, len(1, len(1, 'x'.repeat(50))), span()), len(2, span(len(5, 'good')))),
    ])
    const { outcome, tape } = index(body, { valueBytesMax: 40 })
    expect(outcome).toMatchObject({
      items: 4,
      rejected: { total: 3, reasons: [{ reason: 'value_size', count: 3, first: 0 }] },
    })
    expect(readTape(tape).map(({ name }) => name)).toEqual(['good'])
    expect([tape.resources.length, tape.scopes.length, tape.attributes.length]).toEqual([1, 1, 0])
  })

  test('leave nothing behind on the tape, and are told by reason with their first position', () => {
    const noisy = [attribute(9, 'k', int(3, 1)), len(11, attribute(3, 'k', int(3, 1))), len(13)]
    const body = request(
      span(len(5, 'a'), ...noisy),
      len(2, ids(TRACE_ID, Buffer.alloc(8)), ...noisy),
      len(2, ids(Buffer.alloc(3)), ...noisy),
      len(2, ids(Buffer.alloc(3)), ...noisy),
      span(len(5, 'b'), ...noisy),
    )
    const { outcome, tape } = index(body)
    expect(readTape(tape).map(({ name, attributes, events }) => [name, attributes.length, events.length])).toEqual([
      ['a', 1, 1],
      ['b', 1, 1],
    ])
    expect([tape.attributes.length, tape.events.length, tape.links.length]).toEqual([4, 2, 2])
    const { rejected, items } = outcome as Indexed
    expect(rejected).toMatchObject({
      total: 3,
      reasons: [
        { reason: 'span_id', count: 1, first: 1 },
        { reason: 'trace_id', count: 2, first: 2 },
      ],
    })
    expect(describeRejections(rejected, items)).toBe(
      '3 of 5 spans rejected: 1 with a span id that is not 8 bytes or all zero (first: span 1, counted from 0); ' +
        '2 with a trace id that is not 16 bytes or all zero (first: span 2, counted from 0)',
    )
  })

  test('are not described when there is none', () => {
    const { rejected, items } = index(request(span())).outcome as Indexed
    expect(describeRejections(rejected, items)).toBe('')
  })
})
