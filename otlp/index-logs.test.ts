import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeLogs } from '../test/kit/decode.ts'
import { anyLogsRequest } from '../test/kit/random-requests.ts'
import { attribute, NOW_MS, request, SPAN_ID, START, TRACE_ID } from '../test/kit/requests.ts'
import { readLogTape } from '../test/kit/tape.ts'
import { fixed64, int, len } from '../test/kit/wire.ts'
import { DEFAULT_LIMITS, describeRejections, indexLogs, LogTape, type OtlpLimits } from './index.ts'

function index(body: Buffer, limits: Partial<OtlpLimits> = {}) {
  const tape = new LogTape()
  return { tape, outcome: indexLogs(tape, body, { ...DEFAULT_LIMITS, ...limits }, NOW_MS) }
}

const record = (...fields: Uint8Array[]) => len(2, ...fields)

describe('a request of logs', () => {
  test('is told by its tape exactly as protobufjs decodes it', () => {
    const seen = { storable: 0, rejected: 0, bodies: 0 }
    const tape = new LogTape()
    fc.assert(
      fc.property(anyLogsRequest, (body) => {
        const { all, storable } = decodeLogs(body)
        const outcome = indexLogs(tape, Buffer.from(body), DEFAULT_LIMITS, NOW_MS)
        expect(outcome).toMatchObject({ kind: 'indexed', items: all, repaired: 0 })
        expect(readLogTape(tape)).toEqual(storable)
        expect(outcome.kind === 'indexed' && outcome.rejected.total).toBe(all - storable.length)
        seen.storable += storable.length
        seen.rejected += all - storable.length
        seen.bodies += storable.filter(({ body }) => body !== undefined).length
      }),
      { numRuns: 400 },
    )
    expect(Math.min(seen.storable, seen.rejected, seen.bodies)).toBeGreaterThan(50)
  })

  test('may have records that belong to no trace, and ids that are none belong to none', () => {
    const { tape } = index(
      request(
        record(fixed64(1, START)),
        record(fixed64(1, START), len(9, TRACE_ID.subarray(1)), len(10, SPAN_ID)),
        record(fixed64(1, START), len(9, TRACE_ID), len(10, Buffer.alloc(8))),
      ),
    )
    expect(readLogTape(tape).map(({ traceId, spanId }) => [traceId, spanId])).toEqual([
      ['', ''],
      ['', SPAN_ID.toString('hex')],
      [TRACE_ID.toString('hex'), ''],
    ])
  })

  test('has times at which a record was observed where it names none of its own', () => {
    const { tape } = index(
      request(record(fixed64(11, START + 1n)), record(fixed64(1, 0n), fixed64(11, START + 2n)), record()),
    )
    expect(readLogTape(tape).map(({ time }) => time)).toEqual([`${START + 1n}`, `${START + 2n}`, '0'])
  })

  test('loses records with absurd times, and says so in words of logs', () => {
    const { tape, outcome } = index(request(record(fixed64(1, 5n)), record(fixed64(1, START))))
    expect(readLogTape(tape)).toHaveLength(1)
    expect(outcome.kind === 'indexed' && describeRejections(outcome.rejected, outcome.items, 'log records')).toBe(
      '1 of 2 log records rejected: 1 with a time before the year 2000 or more than a day ahead (first: log record 0, counted from 0)',
    )
  })

  test('is held to the limits of spans', () => {
    const two = request(record(fixed64(1, START)), record(fixed64(1, START)))
    expect(index(two, { spansPerRequestMax: 1 }).outcome).toEqual({
      kind: 'too_many_items',
      message: 'more than 1 log records in one request; send them in smaller ones',
    })
    const attributes = request(record(attribute(6, 'a', int(3, 1)), attribute(6, 'b', int(3, 1))))
    expect(index(attributes, { attributesPerSpanMax: 1 }).outcome).toMatchObject({ rejected: { total: 1 } })
    const deep = len(5, len(5, len(1, len(5, len(1, len(1, 'x'))))))
    expect(index(request(record(deep)), { depthMax: 2 }).outcome).toMatchObject({
      rejected: { reasons: [{ reason: 'depth' }] },
    })
    expect(index(request(record(deep)), { depthMax: 3 }).outcome).toMatchObject({ rejected: { total: 0 } })
    expect(index(request(record(len(5, len(1, 'x'.repeat(9))))), { valueBytesMax: 8 }).outcome).toMatchObject({
      rejected: { reasons: [{ reason: 'value_size' }] },
    })
  })

  test('that is none is malformed', () => {
    expect(index(Buffer.from('\x0a\xff\xff', 'latin1')).outcome.kind).toBe('malformed')
    expect(index(request(record(len(1, 'time as text')))).outcome).toMatchObject({
      kind: 'malformed',
      message: expect.stringContaining('ExportLogsServiceRequest'),
    })
  })
})
