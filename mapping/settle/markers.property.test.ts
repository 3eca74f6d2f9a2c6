/** What markers tell must not depend on when they come, how often, nor on what the tables have replaced by then. */
import type { SettleSpan } from '@runlens/conventions'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { settleSpan } from '../../test/kit/settle-spans.ts'
import { settle } from './settle.ts'

const OPTIONS = { now_ms: 20_000, candidate_timeout_ms: 10_000, payload_bytes_max: 100 }
const S = 1_000_000_000n

/** All that is told of one span: itself, open or ended or not at all, and markers. */
const anyStory = (id: string, parent: string, role: 'entry' | 'step'): fc.Arbitrary<SettleSpan[]> =>
  fc
    .record({
      sent: fc.constantFrom('no', 'open', 'ended', 'both'),
      endedAs: fc.constantFrom('success', 'error', 'waiting'),
      updates: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
      statuses: fc.array(fc.constantFrom('queued', 'running', 'waiting'), { minLength: 4, maxLength: 4 }),
      beats: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
      exceptions: fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
      user: fc.constantFrom('', 'u-1'),
    })
    .map(({ sent, endedAs, updates, statuses, beats, exceptions, user }) => {
      const common = {
        span_id: id,
        parent_span_id: parent,
        role,
        rule: role === 'entry' ? 1 : 0,
        step_name: id,
        started_at: S,
        ended_at: 0n,
        provider: 'runlens',
        status: 'running',
      } as const
      const told = (marker: SettleSpan['marker'], at: number, more: Partial<SettleSpan>) =>
        settleSpan({ ...common, marker, recorded_at: BigInt(at) * S, received_at_ms: 1_000 + at, ...more })
      const rows = updates.map((at, i) =>
        told('updated', at, {
          status: statuses[i] as 'queued',
          status_explicit: 1,
          progress: at / 100,
          attributes: { [`at-${at}`]: 'x' },
        }),
      )
      rows.push(...beats.map((at) => told('heartbeat', at, { user_id: user, attributes: { beat: `${at}` } })))
      rows.push(
        ...exceptions.map((at) =>
          told('exception', at, { error_type: `Type${at}`, error_message: `message ${at}`, error_stack: 'at f' }),
        ),
      )
      if (sent === 'open' || sent === 'both') {
        // As the collector writes it: the span, and beside it what it tells.
        rows.push(settleSpan({ ...common, user_id: user }), told('started', 1, { user_id: user }))
      }
      if (sent === 'ended' || sent === 'both') {
        rows.push(settleSpan({ ...common, ended_at: 5n * S, status: endedAs as 'success' }))
      }
      return rows
    })

const anyTrace = fc
  .tuple(anyStory('run', '', 'entry'), anyStory('one', 'run', 'step'), anyStory('two', 'one', 'step'))
  .map((stories) => stories.flat())

/** The rows that ReplacingMergeTree leaves: of a span the latest end, of its heartbeats the last. */
function replaced(rows: readonly SettleSpan[]): SettleSpan[] {
  return rows.filter((row) => {
    const same = rows.filter(({ span_id, marker }) => span_id === row.span_id && marker === row.marker)
    if (row.marker === '') return !same.some(({ ended_at }) => ended_at > row.ended_at)
    return row.marker !== 'heartbeat' || !same.some(({ recorded_at }) => recorded_at > row.recorded_at)
  })
}

const executionsOf = (rows: readonly SettleSpan[]) =>
  settle(rows, OPTIONS).executions.map((one) =>
    JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  )

it('the same is told in any order, by any copies, and by what the tables keep of it', () => {
  const seen = { open: 0, ended: 0, failed: 0 }
  fc.assert(
    fc.property(
      anyTrace.chain((rows) =>
        fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }), fc.subarray(rows)),
      ),
      ([rows, shuffled, copies]) => {
        const expected = executionsOf(rows)
        expect(executionsOf([...copies, ...shuffled])).toEqual(expected)
        expect(executionsOf(replaced(shuffled))).toEqual(expected)
        for (const { ended_at, error_type } of settle(rows, OPTIONS).executions) {
          seen[ended_at === null ? 'open' : 'ended']++
          if (error_type.startsWith('Type')) seen.failed++
        }
      },
    ),
    { numRuns: 500 },
  )
  expect(Math.min(seen.open, seen.ended, seen.failed)).toBeGreaterThan(20)
})
