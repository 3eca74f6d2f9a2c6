import { describe, expect, test } from 'vitest'
import { attribute, index, NOW_MS, request, SPAN_ID, START, span, TRACE_ID } from '../test/kit/requests.ts'
import { readTape } from '../test/kit/tape.ts'
import { double, fixed32, fixed64, group, int, len } from '../test/kit/wire.ts'
import { DEFAULT_LIMITS, indexTraces, TraceTape } from './index.ts'

describe('what a request holds', () => {
  test('an empty request is indexed and empty', () => {
    const { tape, outcome } = index(Buffer.alloc(0))
    expect(outcome).toMatchObject({ kind: 'indexed', items: 0, repaired: 0 })
    expect([tape.spans.length, tape.resources.length, tape.scopes.length]).toEqual([0, 0, 0])
  })

  test('every field of a span, its events, links, scope and resource is found', () => {
    const event = len(
      11,
      fixed64(1, START + 5n),
      len(2, 'exception'),
      attribute(3, 'exception.type', len(1, 'E')),
      int(4, 2),
    )
    const link = len(
      13,
      len(1, TRACE_ID),
      len(2, SPAN_ID),
      len(3, 'a=b'),
      attribute(4, 'n', int(3, 7)),
      int(5, 3),
      fixed32(6, 256),
    )
    const body = len(
      1,
      len(1, attribute(1, 'service.name', len(1, 'shop')), int(2, 4)),
      len(
        2,
        len(1, len(1, 'scope'), len(2, '1.2'), attribute(3, 'of', len(1, 'scope')), int(4, 5)),
        span(
          len(3, 'k=v'),
          len(4, Buffer.from('2021222324252627', 'hex')),
          len(5, 'GET /'),
          int(6, 2),
          fixed64(8, START + 1_000n),
          attribute(9, 'half', double(4, 0.5)),
          int(10, 1),
          event,
          int(12, 6),
          link,
          int(14, 7),
          len(15, len(2, 'went wrong'), int(3, 2)),
          fixed32(16, 0xffffffff),
        ),
        len(3, 'scope-schema'),
      ),
      len(3, 'resource-schema'),
    )
    const { tape } = index(body)
    expect(readTape(tape)).toEqual([
      {
        traceId: '000102030405060708090a0b0c0d0e0f',
        spanId: '1011121314151617',
        parentSpanId: '2021222324252627',
        traceState: 'k=v',
        name: 'GET /',
        kind: 2,
        flags: 0xffffffff,
        start: '1795391408320000000',
        end: '1795391408320001000',
        attributes: [{ key: 'half', value: { doubleValue: 0.5 } }],
        dropped: [1, 6, 7],
        events: [
          {
            time: '1795391408320000005',
            name: 'exception',
            attributes: [{ key: 'exception.type', value: { stringValue: 'E' } }],
            dropped: 2,
          },
        ],
        links: [
          {
            traceId: '000102030405060708090a0b0c0d0e0f',
            spanId: '1011121314151617',
            traceState: 'a=b',
            flags: 256,
            attributes: [{ key: 'n', value: { intValue: '7' } }],
            dropped: 3,
          },
        ],
        status: [2, 'went wrong'],
        scope: {
          name: 'scope',
          version: '1.2',
          schemaUrl: 'scope-schema',
          attributes: [{ key: 'of', value: { stringValue: 'scope' } }],
          dropped: 5,
        },
        resource: {
          schemaUrl: 'resource-schema',
          attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }],
          dropped: 4,
        },
      },
    ])
  })

  test('a resource and a scope count for all their spans even when they come last', () => {
    const body = len(
      1,
      len(2, span(), len(1, len(1, 'late scope'))),
      len(1, attribute(1, 'service.name', len(1, 'late'))),
    )
    const [read] = readTape(index(body).tape)
    expect(read?.scope.name).toBe('late scope')
    expect(read?.resource.attributes).toEqual([{ key: 'service.name', value: { stringValue: 'late' } }])
  })

  test('attributes stay contiguous when events and links stand between them', () => {
    const body = request(
      span(
        attribute(9, 'a', int(3, 1)),
        len(13, attribute(4, 'in link', int(3, 2))),
        len(11, attribute(3, 'in event', int(3, 3))),
        attribute(9, 'b', int(3, 4)),
        len(11, len(2, 'second')),
        len(13, len(3, 'second')),
        attribute(9, 'c', int(3, 5)),
      ),
    )
    const [read] = readTape(index(body).tape)
    expect(read?.attributes.map(({ key }) => key)).toEqual(['a', 'b', 'c'])
    expect(read?.events.map(({ name, attributes }) => [name, attributes.length])).toEqual([
      ['', 1],
      ['second', 0],
    ])
    expect(read?.links.map(({ traceState, attributes }) => [traceState, attributes.length])).toEqual([
      ['', 1],
      ['second', 0],
    ])
  })

  test('messages given twice merge and single fields given twice count once, the last one', () => {
    const body = len(
      1,
      len(1, attribute(1, 'a', int(3, 1)), int(2, 9)),
      len(1, attribute(1, 'b', int(3, 2))),
      len(
        2,
        len(1, len(1, 'name')),
        len(1, len(2, 'version')),
        span(len(5, 'x'), len(5, 'y'), len(15, int(3, 2)), len(15, len(2, 'm'))),
      ),
    )
    const [read] = readTape(index(body).tape)
    expect(read?.resource.attributes.map(({ key }) => key)).toEqual(['a', 'b'])
    expect(read?.resource.dropped).toBe(9)
    expect([read?.scope.name, read?.scope.version, read?.name]).toEqual(['name', 'version', 'y'])
    expect(read?.status).toEqual([2, 'm'])
  })

  test('of a value given in several forms the last one counts, and an empty one does not', () => {
    const body = request(
      span(
        len(9, len(1, 'k'), len(2, len(1, 'text'), int(3, 5))),
        len(9, len(1, 'l'), len(2, int(3, 6)), len(2)),
        len(9, len(2), len(1, 'm')),
      ),
    )
    expect(readTape(index(body).tape)[0]?.attributes).toEqual([
      { key: 'k', value: { intValue: '5' } },
      { key: 'l', value: { intValue: '6' } },
      { key: 'm', value: {} },
    ])
  })

  test('unknown fields of every wire type are passed over, groups too', () => {
    const unknown = [
      int(100, 2n ** 64n - 1n),
      fixed64(101, 1n),
      len(102, 'x'),
      group(103, int(1, 1), group(2)),
      fixed32(104, 1),
    ]
    const body = Buffer.concat([
      ...unknown,
      len(
        1,
        ...unknown,
        len(2, ...unknown, span(...unknown, len(9, ...unknown, len(1, 'k'), len(2, ...unknown, int(3, 1))))),
      ),
    ])
    expect(readTape(index(body).tape)[0]?.attributes).toEqual([{ key: 'k', value: { intValue: '1' } }])
  })

  test('an enumeration keeps what fits into a byte and becomes 0 beyond', () => {
    const body = request(
      span(int(6, 255)),
      span(int(6, 256)),
      span(int(6, -1)),
      span(int(6, 2n ** 40n + 3n)),
      span(int(6, 6)),
    )
    expect(readTape(index(body).tape).map(({ kind }) => kind)).toEqual([255, 0, 0, 0, 6])
  })

  test('a span that has not ended, or ended before it began, is kept', () => {
    const body = request(span(), span(fixed64(8, 0n)), span(fixed64(8, START - 1n)))
    expect(readTape(index(body).tape).map(({ end }) => end)).toEqual(['0', '0', '1795391408319999999'])
  })

  test('a tape that served a large request serves a small one as if it were new', () => {
    const tape = new TraceTape()
    const large = request(...Array.from({ length: 3_000 }, () => span(attribute(9, 'k', int(3, 1)), len(11), len(13))))
    indexTraces(tape, large, DEFAULT_LIMITS, NOW_MS)
    expect([tape.spans.length, tape.events.length, tape.links.length]).toEqual([3_000, 3_000, 3_000])
    indexTraces(tape, request(span()), DEFAULT_LIMITS, NOW_MS)
    expect(readTape(tape)).toEqual(readTape(index(request(span())).tape))
  })
})

describe('requests that are too much', () => {
  test('more spans than allowed, whether they could be stored or not', () => {
    const { outcome, tape } = index(request(span(), len(2), span()), { spansPerRequestMax: 2 })
    expect(outcome).toEqual({
      kind: 'too_many_items',
      message: 'more than 2 spans in one request; send them in smaller ones',
    })
    expect(tape.spans.length).toBe(0)
    expect(index(request(span(), len(2)), { spansPerRequestMax: 2 }).outcome.kind).toBe('indexed')
  })

  test('a million empty spans cost no memory', () => {
    const body = request(Buffer.alloc(2_000_000, len(2)))
    const { outcome, tape } = index(body)
    expect(outcome.kind).toBe('too_many_items')
    expect(tape.spans.capacity).toBe(1_024)
    const all = index(body, { spansPerRequestMax: 1_000_000 })
    expect(all.outcome).toMatchObject({ kind: 'indexed', items: 1_000_000, rejected: { total: 1_000_000 } })
    expect(all.tape.spans.capacity).toBe(1_024)
  })

  test('a million empty resources, scopes, attributes of a bad span or events cost no memory', () => {
    const empty = (field: number) => Buffer.alloc(2_000_000, len(field))
    for (const body of [
      empty(1),
      len(1, empty(2)),
      request(span(empty(9))),
      request(span(empty(11))),
      request(span(empty(13))),
    ]) {
      const { tape } = index(body)
      const rows = [tape.resources, tape.scopes, tape.spans, tape.attributes, tape.events, tape.links]
      expect(rows.map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 0])
      expect(Math.max(...rows.map(({ capacity }) => capacity))).toBe(16_384)
    }
  })

  test('more attributes, events and links than a tape shall hold', () => {
    const crowded = span(Buffer.alloc(2_000, len(9)), Buffer.alloc(2_000, len(11)))
    const body = request(...Array.from({ length: 2_100 }, () => crowded))
    const { outcome, tape } = index(body)
    expect(outcome).toMatchObject({ kind: 'too_large' })
    expect(tape.attributes.length).toBe(0)
  })

  test('a large resource above so many spans that storing it with each would take too much', () => {
    const large = len(1, attribute(1, 'k', len(1, 'x'.repeat(1024 * 1024))))
    const spans = (count: number) => len(2, ...Array.from({ length: count }, () => span()))
    expect(index(len(1, large, spans(63))).outcome.kind).toBe('indexed')
    const { outcome, tape } = index(len(1, large, spans(64)))
    expect(outcome).toMatchObject({ kind: 'too_large' })
    expect(tape.spans.length).toBe(0)
  })
})
