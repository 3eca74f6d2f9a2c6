/** Clauses on what is taken, wholly or in part, by the real collector. */
import { expect } from 'vitest'
import { type PlainSpan, someSpans, traceRequest } from '../payload.ts'
import { cover, expectSuccess } from './cover.ts'

const DAY_MS = 86_400_000
const nanos = (ms: number) => `${BigInt(ms) * 1_000_000n}`

/** Spans that differ from one call to the next, so that none is known as a resend. */
let calls = 0
export function freshSpans(count: number, bad = 0): PlainSpan[] {
  const call = (++calls).toString(16).padStart(8, '0')
  return someSpans(count, bad).map((span) => ({ ...span, spanId: call + span.spanId.slice(8) }))
}

function spansAt(times: readonly number[]): PlainSpan[] {
  return freshSpans(times.length).map((span, i) => ({
    ...span,
    startTimeUnixNano: nanos(times[i]!),
    endTimeUnixNano: nanos(times[i]! + 1),
  }))
}

export const SUCCESSES = [
  cover('empty-request-ok', async ({ way, collector }) => {
    for (const body of [way.encoding === 'json' ? '{}' : '', traceRequest(way.encoding, [])])
      expectSuccess(await way.send(collector, Buffer.from(body)))
  }),

  cover('success-is-silent', async ({ way, collector, metric }) => {
    const before = await metric('runlens_spans_accepted_total')
    expectSuccess(await way.send(collector, traceRequest(way.encoding, freshSpans(50))))
    expect(await metric('runlens_spans_accepted_total')).toBe(before + 50)
  }),

  cover('bad-spans-told', async ({ way, collector, metric }) => {
    const before = await metric('runlens_spans_accepted_total')
    const answer = await way.send(collector, traceRequest(way.encoding, freshSpans(10, 3)))
    expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? 200 : 0)
    expect(answer.partial?.rejected).toBe(3)
    expect(answer.partial?.message).toMatch(/trace/i)
    expect(await metric('runlens_spans_accepted_total')).toBe(before + 7)
  }),

  cover('late-is-data', async ({ way, collector }) => {
    const times = [Date.UTC(2000, 0, 1), Date.UTC(2015, 5, 1), Date.now() - 400 * DAY_MS, Date.now() - 40 * DAY_MS]
    expectSuccess(await way.send(collector, traceRequest(way.encoding, spansAt(times))))
  }),

  cover('absurd-times-rejected', async ({ way, collector }) => {
    const times = [1, Date.UTC(1999, 11, 31), Date.now() + 2 * DAY_MS, Date.now() + 0.9 * DAY_MS].map(Math.round)
    const { partial } = await way.send(collector, traceRequest(way.encoding, spansAt(times)))
    expect(partial?.rejected).toBe(3)
    expect(partial?.message).toMatch(/time/i)
  }),

  cover('many-days-at-once', async ({ way, collector, metric }) => {
    const before = await metric('runlens_spans_accepted_total')
    const times = Array.from({ length: 400 }, (_, day) => Date.now() - day * DAY_MS)
    expectSuccess(await way.send(collector, traceRequest(way.encoding, spansAt(times))))
    expect(await metric('runlens_spans_accepted_total')).toBe(before + 400)
  }),
]
