import { DEFAULT_LIMITS, indexLogs, jsonToLogs, LogTape } from '@runlens/otlp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logsExport, markerOf, type OtlpLogRecord } from '../../test/kit/logs.ts'
import { anyLogsRequest } from '../../test/kit/random-requests.ts'
import { NOW_MS } from '../../test/kit/requests.ts'
import { idOf, type OtlpSpan, text } from '../../test/kit/traces.ts'
import { createSpanMapper, type SettleSpan, settleSpansOf } from '../index.ts'
import { LogMarkers } from './log-markers.ts'

const tape = new LogTape()
const markers = new LogMarkers(createSpanMapper({ roots: 'on' }), DEFAULT_LIMITS)

function read(records: readonly OtlpLogRecord[]) {
  const json = jsonToLogs(Buffer.from(JSON.stringify(logsExport(records, 'shop'))), DEFAULT_LIMITS)
  if (json.kind !== 'ok') throw new Error(json.message)
  expect(indexLogs(tape, json.bytes, DEFAULT_LIMITS, NOW_MS).kind).toBe('indexed')
  const portions: number[] = []
  const found: (SettleSpan & { kindOfMarker: number; at: bigint })[] = []
  const unread = markers.read(tape, NOW_MS, (told) => {
    portions.push(told.kinds.length)
    settleSpansOf(told.tape, told.mapped, 0).forEach((span, i) => {
      found.push({ ...span, kindOfMarker: told.kinds[i]!, at: told.recordedAt[i]! })
    })
  })
  return { unread, found, portions }
}

const AT = NOW_MS - 10_000
const span: OtlpSpan = {
  traceId: idOf('t', 16),
  spanId: idOf('s', 8),
  parentSpanId: idOf('p', 8),
  name: 'charge card',
  kind: 3,
  startTimeUnixNano: `${NOW_MS - 20_000}000001`,
  endTimeUnixNano: '0',
  attributes: [text('runlens.step.name', 'charge'), text('user.id', 'u-1')],
}

describe('a marker of our contract', () => {
  it('is read as the span that it tells of, whose attributes are its own', () => {
    const { found, unread } = read([markerOf('runlens.step.started', span, AT)])
    expect(unread).toBe(0)
    expect(found).toMatchObject([
      {
        trace_id: span.traceId,
        span_id: span.spanId,
        parent_span_id: span.parentSpanId,
        name: 'charge card',
        kind: 3,
        started_at: BigInt(span.startTimeUnixNano),
        ended_at: 0n,
        role: 'step',
        step_name: 'charge',
        status: 'running',
        service: 'shop',
        kindOfMarker: 1,
        at: BigInt(AT) * 1_000_000n,
        attributes: { 'runlens.step.name': 'charge', 'user.id': 'u-1' },
      },
    ])
  })

  it('without ids, with a parent that is none or an absurd start, is counted and left a log record', () => {
    const good = markerOf('runlens.step.started', span, AT)
    const { traceId: _, ...nowhere } = good
    const { found, unread } = read([
      nowhere,
      markerOf('runlens.step.started', { ...span, parentSpanId: 'not an id' }, AT),
      markerOf('runlens.step.started', { ...span, startTimeUnixNano: '5' }, AT),
      good,
    ])
    expect(unread).toBe(3)
    expect(found.map(({ name, at }) => [name, at])).toEqual([['charge card', BigInt(AT) * 1_000_000n]])
  })
})

describe('other log records', () => {
  const record = (more: Partial<OtlpLogRecord>): OtlpLogRecord => ({
    timeUnixNano: `${AT}000000`,
    traceId: span.traceId,
    spanId: span.spanId,
    attributes: [],
    ...more,
  })

  it('tell of nothing, but for exceptions', () => {
    const attributes = [text('exception.type', 'TypeError'), text('exception.message', 'no')]
    const { found, unread } = read([
      record({ eventName: 'cart.changed', body: { stringValue: 'hello' } }),
      record({ attributes }),
      record({ attributes, traceId: '' }),
    ])
    expect(unread).toBe(0)
    expect(found).toMatchObject([{ kindOfMarker: 4, error_type: 'TypeError', error_message: 'no', status: 'error' }])
  })

  it('with a partial span that is none are counted', () => {
    const partial = [text('partial.event', 'heartbeat')]
    const { found, unread } = read([
      record({ attributes: partial }),
      record({ attributes: partial, body: { stringValue: '{"resourceSpans":5}' } }),
      record({ attributes: partial, body: { intValue: 7 } }),
    ])
    expect([found, unread]).toEqual([[], 3])
  })

  it('of a large request are told portion by portion, none left out', () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => i.toString(16).padStart(16, '0'))
    const records = ids.map((spanId) => markerOf('runlens.step.started', { ...span, spanId }, AT))
    const { found, unread, portions } = read(records.slice(1))
    expect([unread, portions]).toEqual([0, [4_096, 4_096, 1_807]])
    expect(found.map(({ span_id }) => span_id)).toEqual(ids.slice(1))
    expect(new Set(found.map(({ step_name }) => step_name))).toEqual(new Set(['charge']))
  })

  it('of any sort come to an answer', () => {
    fc.assert(
      fc.property(anyLogsRequest, (body) => {
        expect(indexLogs(tape, Buffer.from(body), DEFAULT_LIMITS, NOW_MS).kind).toBe('indexed')
        let told = 0
        const unread = markers.read(tape, NOW_MS, ({ kinds }) => {
          told += kinds.length
        })
        expect(told + unread).toBeLessThanOrEqual(tape.logs.length)
      }),
      { numRuns: 200 },
    )
  })
})
